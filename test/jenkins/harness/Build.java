import groovy.lang.Closure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.codehaus.groovy.runtime.typehandling.DefaultTypeTransformation;

/** Runs a pipeline's model for one build, with steps that only say what they are. */
final class Build {
  final List<String> trace = new ArrayList<>();
  private final Model model;
  private final Set<String> failing;

  Build(Model model, Set<String> failing) {
    this.model = model;
    this.failing = failing;
  }

  /** A step that the case says fails; all else that is thrown is a fault of the file. */
  private static final class StepFailed extends RuntimeException {
    StepFailed(String step) {
      super(step);
    }
  }

  void run() {
    Throwable failure = null;
    try {
      stages(model.root.one("stages"));
    } catch (StepFailed thrown) {
      failure = thrown;
    }
    trace.add(failure == null ? "SUCCESS" : "FAILURE");
  }

  private void stages(Node stages) {
    for (Node stage : stages.all("stage")) stage(stage);
  }

  private void stage(Node stage) {
    Node when = stage.one("when");
    Node agent = stage.one("agent");
    boolean takesAgent = agent != null && !"none".equals(agent.argument);
    if (when != null) {
      wastes(stage, when, "beforeAgent", takesAgent, "an agent");
      wastes(stage, when, "beforeOptions", options(stage).containsKey("lock"), "a lock");
      if (!holds(when)) return;
    }
    trace.add("stage " + stage.argument);
    if (options(stage).containsKey("lock")) trace.add("lock " + ((Map<?, ?>) options(stage).get("lock")).get("resource"));
    if (options(stage).containsKey("timeout")) trace.add("timeout " + options(stage).get("timeout"));
    if (options(stage).containsKey("retry")) trace.add("retry " + options(stage).get("retry"));
    if (takesAgent) trace.add("agent " + agent.attributes.get("label"));
    Node environment = stage.one("environment");
    if (environment != null) environment.attributes.forEach((name, value) -> trace.add("env " + name + "=" + value));
    body(stage);
  }

  private void body(Node stage) {
    StepFailed failure = null;
    try {
      if (stage.one("steps") != null) steps(stage.one("steps").body);
      else stages(stage.one("stages") != null ? stage.one("stages") : stage.one("parallel"));
    } catch (StepFailed thrown) {
      failure = thrown;
    }
    failure = post(stage.one("post"), failure);
    if (failure != null) throw failure;
  }

  /** Each condition runs, also after a step of one before has failed; within a condition nothing follows a failed step. */
  private StepFailed post(Node post, StepFailed failure) {
    if (post == null) return failure;
    for (String condition : List.of("always", "failure", "success", "unsuccessful", "cleanup")) {
      boolean met = switch (condition) {
        case "success" -> failure == null;
        case "failure", "unsuccessful" -> failure != null;
        default -> true;
      };
      if (!met || !(post.attributes.get(condition) instanceof Closure<?> steps)) continue;
      try {
        steps(steps);
      } catch (StepFailed thrown) {
        failure = failure == null ? thrown : failure;
      }
    }
    return failure;
  }

  private void wastes(Node stage, Node when, String guard, boolean takes, String what) {
    if (takes && !Boolean.TRUE.equals(when.attributes.get(guard)))
      trace.add("WASTES " + what + " in '" + stage.argument + "': its when has no " + guard);
  }

  private static Map<String, Object> options(Node stage) {
    Node options = stage.one("options");
    return options == null ? Map.of() : options.attributes;
  }

  private boolean holds(Node condition) {
    List<Node> conditions = condition.all("conditions");
    Object of = condition.attributes.get("of");
    return switch ((String) condition.argument) {
      case "when", "allOf" -> conditions.stream().allMatch(this::holds);
      case "anyOf" -> conditions.stream().anyMatch(this::holds);
      case "not" -> !holds(conditions.get(0));
      case "branch" -> of.equals(model.environment.get("BRANCH_NAME"));
      case "changeRequest" -> isChangeRequest((Map<?, ?>) of);
      case "expression" -> DefaultTypeTransformation.castToBoolean(model.with(condition.body, "expression", (name, given) -> {
        throw new IllegalStateException("'" + name + "' is not allowed in expression");
      }));
      default -> throw new IllegalStateException("'" + condition.argument + "' is not modelled");
    };
  }

  private boolean isChangeRequest(Map<?, ?> of) {
    if (model.environment.get("CHANGE_ID") == null) return false;
    return of == null || of.get("target").equals(model.environment.get("CHANGE_TARGET"));
  }

  private void steps(Closure<?> body) {
    model.with(body, "steps", (name, given) -> {
      if (Grammar.BINDINGS.contains(name)) return binding(name, (Map<?, ?>) given[0]);
      if (name.equals("string")) return parameter((Map<?, ?>) given[0]);
      if (name.equals("withCredentials")) return withCredentials((List<?>) given[0], (Closure<?>) given[1]);
      if (Grammar.VALUES.contains(name)) return name + " " + (given.length == 0 ? "" : given[0]);
      Grammar.require(Grammar.STEPS, name, "steps");
      String said = name + " " + (given.length == 0 ? "" : given[0]);
      trace.add(said);
      if (failing.contains(said) || name.equals("error")) throw new StepFailed(said);
      return null;
    });
  }

  /** A parameter of another build; a credential is never bound as a string. */
  private static String parameter(Map<?, ?> given) {
    requireKeys("string", given, Set.of("name", "value"));
    return given.get("name") + "=" + given.get("value");
  }

  private static void requireKeys(String kind, Map<?, ?> given, Set<String> keys) {
    if (!given.keySet().equals(keys)) throw new IllegalStateException(kind + " needs " + new TreeSet<>(keys) + ", got " + given.keySet());
  }

  private static String binding(String kind, Map<?, ?> given) {
    requireKeys(kind, given, Set.of("credentialsId", "variable"));
    return given.get("variable") + "=" + kind + " " + given.get("credentialsId");
  }

  /** Tells between which steps a credential is there. */
  private Object withCredentials(List<?> bindings, Closure<?> body) {
    for (Object each : bindings) trace.add("bind " + each);
    try {
      steps(body);
    } finally {
      for (Object each : bindings) trace.add("unbind " + each);
    }
    return null;
  }
}
