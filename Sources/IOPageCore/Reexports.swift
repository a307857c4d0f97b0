// The layers below are part of this module's interface.

@_exported public import PagePools
