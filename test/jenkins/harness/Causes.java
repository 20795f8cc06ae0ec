import java.util.List;
import java.util.Map;

/** What started a build, as `currentBuild` tells it. */
public final class Causes {
  /** Those that are known, by the classes that each is an instance of beside its own. */
  private static final Map<String, List<String>> KNOWN = Map.of(
    "hudson.model.Cause$UserIdCause", List.of(),
    "hudson.model.Cause$UpstreamCause", List.of(),
    "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause", List.of("hudson.model.Cause$UpstreamCause"),
    "jenkins.branch.BranchEventCause", List.of(),
    "jenkins.branch.BranchIndexingCause", List.of());
  private final List<String> causes;

  Causes(List<String> causes) {
    causes.forEach(Causes::require);
    this.causes = causes;
  }

  /** The causes that are of a class, as Jenkins' own RunWrapper selects them. */
  public List<String> getBuildCauses(String name) {
    require(name);
    return causes.stream().filter((cause) -> cause.equals(name) || KNOWN.get(cause).contains(name)).toList();
  }

  private static void require(String name) {
    if (!KNOWN.containsKey(name)) throw new IllegalStateException("no class " + name);
  }
}
