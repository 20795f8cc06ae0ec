import groovy.json.JsonOutput;
import groovy.json.JsonSlurper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads cases from standard input, each a line of JSON: {jenkinsfile, environment, failing, causes}; prints for each a line, its trace or why it was refused. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    BufferedReader cases = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = cases.readLine(); line != null; line = cases.readLine()) {
      System.out.println(JsonOutput.toJson(result((Map<?, ?>) new JsonSlurper().parseText(line))));
    }
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
