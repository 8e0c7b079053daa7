package emsmdb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mapid/mapid/internal/profile"
)

// VersionRange is a range of blocked client versions, both ends included.
type VersionRange struct {
	From, To profile.Version
}

// Contains reports whether v lies in the range.
func (r VersionRange) Contains(v profile.Version) bool {
	return v.Compare(r.From) >= 0 && v.Compare(r.To) <= 0
}

// lastVersion is what an open upper end means.
var lastVersion = profile.Version{Major: 0xFFFF, Minor: 0xFFFF, Build: 0xFFFF, Revision: 0xFFFF}

// ParseVersionRanges reads an entry of BlockedClientVersions in the syntax of Set-RpcClientAccess: items divided by
// ';', each a version or a range, either end of which may be missing: "12.6680.5000", "14.0.0-14.32767.65535",
// "-11.8000.0", "15.0.0-". A version is major.build.revision, the minor version being 0, or with four numbers
// major.minor.build.revision; numbers missing at the end stand for all.
func ParseVersionRanges(s string) ([]VersionRange, error) {
	var out []VersionRange
	for item := range strings.SplitSeq(s, ";") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		r, err := parseRange(item)
		if err != nil {
			return nil, fmt.Errorf("blocked client version %q: %w", item, err)
		}
		out = append(out, r)
	}
	return out, nil
}

func parseRange(item string) (r VersionRange, err error) {
	from, to, isRange := strings.Cut(item, "-")
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	if from == "" && to == "" {
		return r, fmt.Errorf("has neither end")
	}
	r.To = lastVersion
	if from != "" {
		var last profile.Version
		if r.From, last, err = parseVersion(from); err != nil {
			return r, err
		}
		if !isRange {
			r.To = last
		}
	}
	if to != "" {
		if _, r.To, err = parseVersion(to); err != nil {
			return r, err
		}
	}
	if r.To.Compare(r.From) < 0 {
		return r, fmt.Errorf("ends before it begins")
	}
	return r, nil
}

// parseVersion returns the first and the last version that s stands for.
func parseVersion(s string) (first, last profile.Version, err error) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return first, last, fmt.Errorf("%q has more than four numbers", s)
	}
	lo, hi := [4]uint16{}, [4]uint16{0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return first, last, fmt.Errorf("%q is not a number of at most 65535", p)
		}
		at := i
		if i > 0 && len(parts) < 4 {
			at++ // the minor version is left out
		}
		lo[at], hi[at] = uint16(n), uint16(n)
	}
	if len(parts) > 1 && len(parts) < 4 {
		lo[1], hi[1] = 0, 0
	}
	return version(lo), version(hi), nil
}

func version(n [4]uint16) profile.Version {
	return profile.Version{Major: n[0], Minor: n[1], Build: n[2], Revision: n[3]}
}
