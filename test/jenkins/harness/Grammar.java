import java.util.Set;

/** What Declarative Pipeline allows where, as far as a Jenkinsfile of ours may use it: anything else is refused. */
final class Grammar {
  static final Set<String> PIPELINE = Set.of("agent", "options", "environment", "stages", "post", "parameters", "triggers");
  static final Set<String> STAGE = Set.of("agent", "options", "environment", "when", "steps", "stages", "parallel", "post");
  static final Set<String> OPTIONS = Set.of("disableConcurrentBuilds", "timeout", "buildDiscarder", "skipDefaultCheckout", "lock", "timestamps", "retry", "copyArtifactPermission", "disableRestartFromStage");
  static final Set<String> PARAMETERS = Set.of("choice", "string", "booleanParam");
  static final Set<String> POST = Set.of("always", "failure", "success", "unsuccessful", "cleanup");
  static final Set<String> WHEN = Set.of("branch", "changeRequest", "not", "allOf", "anyOf", "expression", "beforeAgent", "beforeOptions");
  static final Set<String> STEPS = Set.of("sh", "echo", "stash", "unstash", "archiveArtifacts", "checkout", "copyArtifacts", "input", "publishChecks", "readFile", "withCredentials", "error", "build");
  static final Set<String> VALUES = Set.of("logRotator", "lastSuccessful", "lastCompleted", "upstream", "readFile", "scmGit");

  /** What a credential is bound by, inside of withCredentials: as a file, which no process shows among its variables. */
  static final Set<String> BINDINGS = Set.of("file");

  private Grammar() {}

  static void require(Set<String> allowed, String name, String where) {
    if (!allowed.contains(name)) throw new IllegalStateException("'" + name + "' is not allowed in " + where);
  }
}
