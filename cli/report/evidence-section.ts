import type { ContainerEvidence, Evidence } from "../../contract/evidence.ts";
import { dataTable, type Html, html } from "./html.ts";

const EVENT_HEADINGS = ["Object", "Reason", "Message", "Times"];

/** What was found of a release that failed, and the command to run next. */
export function evidenceSection(evidence: Evidence): Html {
  const { object, message, notes, containers, otherPods, events, command, cut } = evidence;
  return html`<h3>Evidence</h3>
    <p class="cause"><strong>${object}</strong>: ${message}</p>
    ${
      notes.length > 0 &&
      html`<ul>
        ${notes.map((note) => html`<li>${note}</li>`)}
      </ul>`
    }
    ${containers.map(containerPart)}
    ${otherPods > 0 && html`<p class="quiet">${otherPods} more pods are not ready.</p>`}
    ${events.length > 0 && dataTable("Warning events", EVENT_HEADINGS, events.map(eventCells))}
    ${cut !== null && html`<p class="quiet">Left out: ${cut}.</p>`}
    <p>Next:</p>
    <pre>${command}</pre>`;
}

function containerPart(found: ContainerEvidence): Html {
  const { pod, container, state, reason, message, restarts, exitCode, exitReason, log, previous } =
    found;
  const facts = [
    reason === null ? state : `${state}: ${reason}`,
    ...(restarts > 0 ? [`${restarts} ${restarts === 1 ? "restart" : "restarts"}`] : []),
    ...(exitCode === null
      ? []
      : [`ended with ${exitCode}${exitReason === null ? "" : ` (${exitReason})`}`]),
  ];
  return html`<p>
      <code>${pod}${container !== null && ` ${container}`}</code>
      ${facts.join(", ")}${message !== null && html`<br />${message}`}
    </p>
    ${
      log.length > 0 &&
      html`<p class="quiet">The last lines of its log${previous && ", before its last restart"}:</p>
        <pre>${log.join("\n")}</pre>`
    }`;
}

function eventCells({ object, reason, message, count }: Evidence["events"][number]) {
  return [object, reason, message, count];
}
