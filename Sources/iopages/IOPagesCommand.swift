import ArgumentParser

@main
struct IOPagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "iopages", abstract: "Page memory for device drivers: copy, topology, map.")
}
