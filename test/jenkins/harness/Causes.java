import java.util.List;
import java.util.Set;

/** What started a build, as `currentBuild` tells it. */
public final class Causes {
  /** That Jenkins and its plugins have; what the step build gives is a subclass of UpstreamCause. */
  private static final Set<String> KNOWN = Set.of(
    "hudson.model.Cause$UserIdCause",
    "hudson.model.Cause$UpstreamCause",
    "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause",
    "org.jenkinsci.plugins.workflow.cps.replay.ReplayCause",
    "hudson.triggers.TimerTrigger$TimerTriggerCause",
    "jenkins.branch.BranchEventCause",
    "jenkins.branch.BranchIndexingCause");
  private final List<String> causes;

  Causes(List<String> causes) {
    causes.forEach(Causes::require);
    this.causes = causes;
  }

  public List<String> getBuildCauses() {
    return causes;
  }

  /** The causes of a class, and of no subclass: Jenkins' own RunWrapper compares names. */
  public List<String> getBuildCauses(String name) {
    require(name);
    return causes.stream().filter(name::equals).toList();
  }

  private static void require(String name) {
    if (!KNOWN.contains(name)) throw new IllegalStateException("no class " + name);
  }
}
