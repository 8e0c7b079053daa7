package profile

import (
	"cmp"
	"fmt"
)

// Version is a version of a server or client. Old-form versions have no minor number on the wire: a client reads
// 6.5.7638.1 as 6.0.7638.1.
type Version struct {
	Major, Minor, Build, Revision uint16
	OldForm                       bool // three plain words, [MS-OXCRPC] 3.1.4.1.3.1
}

// extendedForm is the bit of the second word that tells the two encodings apart.
const extendedForm = 0x8000

// Words returns the three words of rgwServerVersion, [MS-OXCRPC] 3.1.4.1.3.
func (v Version) Words() [3]uint16 {
	if v.OldForm {
		return [3]uint16{v.Major, v.Build, v.Revision}
	}
	return [3]uint16{v.Major<<8 | v.Minor, extendedForm | v.Build, v.Revision}
}

// VersionOf normalizes three words of either form, [MS-OXCRPC] 3.1.4.1.3.1.
func VersionOf(w [3]uint16) Version {
	if w[1]&extendedForm == 0 {
		return Version{Major: w[0], Build: w[1], Revision: w[2], OldForm: true}
	}
	return Version{Major: w[0] >> 8, Minor: w[0] & 0xFF, Build: w[1] &^ extendedForm, Revision: w[2]}
}

// Normalized returns the version as the other side of a connection understands it.
func (v Version) Normalized() Version { return VersionOf(v.Words()) }

// Compare compares all four numbers in order; the form does not count.
func (v Version) Compare(u Version) int {
	return cmp.Or(cmp.Compare(v.Major, u.Major), cmp.Compare(v.Minor, u.Minor), cmp.Compare(v.Build, u.Build),
		cmp.Compare(v.Revision, u.Revision))
}

// AtLeast reports whether v is not older than the four numbers.
func (v Version) AtLeast(major, minor, build, revision uint16) bool {
	return v.Compare(Version{Major: major, Minor: minor, Build: build, Revision: revision}) >= 0
}

// String returns the four numbers with dots.
func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d.%d", v.Major, v.Minor, v.Build, v.Revision)
}

// Application returns the value of the X-ServerApplication header, [MS-OXCMAPIHTTP] 2.2.3.3.9.
func (v Version) Application() string {
	return fmt.Sprintf("Exchange/%02d.%02d.%04d.%03d", v.Major, v.Minor, v.Build, v.Revision)
}
