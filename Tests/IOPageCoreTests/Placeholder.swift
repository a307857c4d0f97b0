import IOPageCore
