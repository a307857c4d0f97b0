// Byte counts on the command line.

import ArgumentParser
import FileCopying

extension ByteSize {
  /// Reads a size for ArgumentParser, which shows the text of a ValidationError as it is.
  static func argument(_ text: String) throws -> ByteSize {
    do throws(ParsingError) {
      return try ByteSize(parsing: text)
    } catch {
      throw ValidationError(error.description)
    }
  }
}
