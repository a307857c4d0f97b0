extension String {
  /// The text with the characters replaced that mean something in XML, and so in SVG.
  var escapedForMarkup: String {
    map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
  }
}
