package rop

// RopIds, [MS-OXCROPS] 2.2.2.
const (
	OpenFolder ID = 0x02
)

// Codec is one row of the table of ROPs.
type Codec struct {
	ID          ID
	Name        string          // as in the specification: RopOpenFolder
	Section     string          // of [MS-OXCROPS]
	NewRequest  func() Request  // nil for ROPs that only servers send
	NewResponse func() Response // nil for RopRelease, which has none
}

// Codecs holds every ROP with a public layout, in id order. Trace, metrics, fuzzing, the round-trip test and the
// coverage page are derived from it.
var Codecs = []Codec{
	{OpenFolder, "RopOpenFolder", "2.2.4.1", func() Request { return new(OpenFolderRequest) }, func() Response { return new(OpenFolderResponse) }},
}
