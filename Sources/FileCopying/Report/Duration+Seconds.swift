extension Duration {
  /// The time in seconds, whole seconds exactly: dividing durations rounds those too.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
