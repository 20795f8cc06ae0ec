import groovy.lang.Closure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A part of the pipeline's model. */
final class Node {
  final String kind;
  final Object argument;
  final Map<String, List<Node>> children = new LinkedHashMap<>();
  final Map<String, Object> attributes = new LinkedHashMap<>();
  Closure<?> body;

  Node(String kind, Object argument) {
    this.kind = kind;
    this.argument = argument;
  }

  void add(Node child) {
    children.computeIfAbsent(child.kind, (kind) -> new ArrayList<>()).add(child);
  }

  List<Node> all(String kind) {
    return children.getOrDefault(kind, List.of());
  }

  Node one(String kind) {
    List<Node> found = all(kind);
    if (found.size() > 1) throw new IllegalStateException("more than one '" + kind + "' in " + this.kind);
    return found.isEmpty() ? null : found.get(0);
  }
}
