import type { ContainerEvidence, Evidence } from "../../contract/evidence.ts";
import { type Html, html } from "./html.ts";

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
    ${events.length > 0 && eventTable(events)}
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

function eventTable(events: Evidence["events"]): Html {
  return html`<div class="wide" tabindex="0" role="region" aria-label="Warning events">
    <table>
      <thead>
        <tr>
          <th scope="col">Object</th>
          <th scope="col">Reason</th>
          <th scope="col">Message</th>
          <th scope="col">Times</th>
        </tr>
      </thead>
      <tbody>
        ${events.map(
          ({ object, reason, message, count }) =>
            html`<tr>
              <td>${object}</td>
              <td>${reason}</td>
              <td>${message}</td>
              <td>${count}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
