import groovy.json.JsonOutput;
import groovy.json.JsonSlurper;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads cases as JSON from standard input: [{jenkinsfile, environment, failing, causes}]; prints for each its trace, or why it was refused. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Object cases = new JsonSlurper().parse(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<Object> results = new ArrayList<>();
    for (Object each : (List<?>) cases) results.add(result((Map<?, ?>) each));
    System.out.println(JsonOutput.toJson(results));
  }

  private static Map<String, Object> result(Map<?, ?> given) {
    Map<String, Object> environment = new LinkedHashMap<>();
    ((Map<?, ?>) given.get("environment")).forEach((name, value) -> environment.put((String) name, value));
    HashSet<String> failing = new HashSet<>();
    ((List<?>) given.get("failing")).forEach((step) -> failing.add((String) step));
    List<String> causes = new ArrayList<>();
    ((List<?>) given.get("causes")).forEach((cause) -> causes.add((String) cause));
    try {
      Build build = new Build(Model.of((String) given.get("jenkinsfile"), environment, new Causes(causes)), failing);
      build.run();
      return Map.of("trace", build.trace);
    } catch (RuntimeException refused) {
      return Map.of("refused", String.valueOf(refused.getMessage()));
    }
  }
}
