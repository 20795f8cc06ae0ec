import groovy.lang.Binding;
import groovy.lang.Closure;
import groovy.lang.ExpandoMetaClass;
import groovy.lang.GroovyObjectSupport;
import groovy.lang.GroovyShell;
import groovy.lang.MissingPropertyException;
import groovy.lang.Script;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a Jenkinsfile with Groovy 2.4 into a model, and refuses what Declarative Pipeline would refuse. */
final class Model {
  final Map<String, Object> environment;
  private final Causes causes;
  Node root;

  private Model(Map<String, Object> environment, Causes causes) {
    this.environment = environment;
    this.causes = causes;
  }

  interface Handler {
    Object call(String name, Object[] arguments);
  }

  static Model of(String jenkinsfile, Map<String, Object> environment, Causes causes) {
    Model model = new Model(environment, causes);
    Script script = new GroovyShell(new Binding()).parse(jenkinsfile, "Jenkinsfile.groovy");
    ExpandoMetaClass methods = new ExpandoMetaClass(script.getClass(), false);
    methods.registerInstanceMethod("pipeline", new Closure<Object>(model) {
      public Object doCall(Closure<?> body) {
        model.section("pipeline", null, body, Grammar.PIPELINE);
        return null;
      }
    });
    methods.initialize();
    script.setMetaClass(methods);
    script.run();
    if (model.root == null) throw new IllegalStateException("no pipeline");
    for (String kind : List.of("agent", "stages"))
      if (model.root.one(kind) == null) throw new IllegalStateException("pipeline needs " + kind);
    return model;
  }

  /** Runs a closure in which each call is given to a handler, and nothing else is known. */
  Object with(Closure<?> body, String where, Handler handler) {
    body.setResolveStrategy(Closure.DELEGATE_ONLY);
    body.setDelegate(new GroovyObjectSupport() {
      @Override public Object invokeMethod(String name, Object given) {
        return handler.call(name, given instanceof Object[] ? (Object[]) given : new Object[] {given});
      }
      @Override public Object getProperty(String name) {
        return variable(name, where);
      }
      @Override public void setProperty(String name, Object value) {
        throw new IllegalStateException("assignment to " + name + " in " + where);
      }
    });
    return body.call();
  }

  Object variable(String name, String where) {
    if (name.equals("env")) return environment;
    if (name.equals("params")) return parameters();
    if (name.equals("currentBuild") && where.equals("expression")) return causes;
    if (Set.of("none", "scm").contains(name)) return name;
    throw new MissingPropertyException("'" + name + "' is not known in " + where);
  }

  /** Given ones, else the defaults; a choice's is its first. */
  Map<String, Object> parameters() {
    Map<String, Object> values = new LinkedHashMap<>();
    Node section = root.one("parameters");
    if (section == null) return values;
    for (Object each : section.attributes.values()) {
      Map<?, ?> parameter = (Map<?, ?>) each;
      String name = (String) parameter.get("name");
      Object choices = parameter.get("choices");
      Object byDefault = choices == null ? parameter.get("defaultValue") : ((String) choices).split("\n")[0];
      values.put(name, environment.getOrDefault(name, byDefault));
    }
    return values;
  }

  private Node section(String kind, Object argument, Closure<?> body, Set<String> allowed) {
    Node node = new Node(kind, argument);
    // Known from its first line: what stands in strings further down asks for the parameters above.
    if (kind.equals("pipeline")) root = node;
    with(body, kind, (name, given) -> {
      Grammar.require(allowed, name, argument == null ? kind : kind + " '" + argument + "'");
      node.add(child(name, given));
      return null;
    });
    if (kind.equals("stage")) assertStage(node);
    return node;
  }

  private Node child(String name, Object[] given) {
    Closure<?> body = given.length > 0 && given[given.length - 1] instanceof Closure ? (Closure<?>) given[given.length - 1] : null;
    return switch (name) {
      case "stages", "parallel" -> section(name, null, body, Set.of("stage"));
      case "stage" -> section(name, given[0], body, Grammar.STAGE);
      case "options" -> flat(name, body, Grammar.OPTIONS);
      case "parameters" -> flat(name, body, Grammar.PARAMETERS);
      case "agent" -> body == null ? new Node(name, given[0]) : flat(name, body, Set.of("label"));
      case "environment" -> assignments(body);
      case "when" -> when(name, body);
      case "post" -> post(body);
      case "steps" -> withBody(name, body);
      default -> throw new IllegalStateException("'" + name + "' is not modelled");
    };
  }

  private static Node withBody(String kind, Closure<?> body) {
    Node node = new Node(kind, null);
    node.body = body;
    return node;
  }

  private static void assertStage(Node stage) {
    long bodies = List.of("steps", "stages", "parallel").stream().filter((kind) -> stage.one(kind) != null).count();
    if (bodies != 1) throw new IllegalStateException("stage '" + stage.argument + "' needs exactly one of steps, stages, parallel");
  }

  private Node flat(String kind, Closure<?> body, Set<String> allowed) {
    Node node = new Node(kind, null);
    with(body, kind, (name, given) -> {
      if (Grammar.VALUES.contains(name)) return name + Arrays.toString(given);
      Grammar.require(allowed, name, kind);
      String key = Grammar.PARAMETERS.contains(name) && kind.equals("parameters") ? String.valueOf(((Map<?, ?>) given[0]).get("name")) : name;
      node.attributes.put(key, given.length == 0 ? true : given[0]);
      return null;
    });
    return node;
  }

  private Node assignments(Closure<?> body) {
    Node node = new Node("environment", null);
    body.setResolveStrategy(Closure.DELEGATE_ONLY);
    body.setDelegate(new GroovyObjectSupport() {
      @Override public Object invokeMethod(String name, Object given) {
        Grammar.require(Set.of("credentials"), name, "environment");
        return "credential " + ((Object[]) given)[0];
      }
      @Override public void setProperty(String name, Object value) {
        node.attributes.put(name, value);
      }
    });
    body.call();
    return node;
  }

  private Node post(Closure<?> body) {
    Node node = new Node("post", null);
    with(body, "post", (name, given) -> {
      Grammar.require(Grammar.POST, name, "post");
      node.attributes.put(name, given[0]);
      return null;
    });
    return node;
  }

  private Node when(String kind, Closure<?> body) {
    Node node = new Node("when", kind);
    with(body, "when", (name, given) -> {
      Grammar.require(Grammar.WHEN, name, "when");
      if (name.startsWith("before")) {
        node.attributes.put(name, given[0]);
        return null;
      }
      boolean nested = Set.of("not", "allOf", "anyOf").contains(name);
      Node condition = nested ? when(name, (Closure<?>) given[0]) : new Node("when", name);
      if (!nested && given.length > 0) {
        if (given[0] instanceof Closure) condition.body = (Closure<?>) given[0];
        else condition.attributes.put("of", given[0]);
      }
      node.children.computeIfAbsent("conditions", (key) -> new java.util.ArrayList<>()).add(condition);
      return null;
    });
    if (node.all("conditions").isEmpty()) throw new IllegalStateException("empty " + kind);
    return node;
  }
}
