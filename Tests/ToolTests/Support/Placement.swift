/// What the tool says to a wish for a node: `text`, or that this build knows nothing of nodes.
func refusal(_ text: String) -> String {
  #if NUMA
    text
  #else
    "NUMA unavailable"
  #endif
}
