package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// escapeXML makes text fit for an element.
func escapeXML(s string) (string, error) {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "", err
	}
	return b.String(), nil
}

// oneLine keeps a value from ending its line: a name could hold a setting of its own otherwise.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// autodiscoverVersion packs a version as Autodiscover's ServerVersion has it, [MS-OXDSCLI] 2.2.4.1.1.2.6: four bits of
// structure version 7, six of major, six of minor, one that is set, and 15 of build.
func autodiscoverVersion(s string) (uint32, error) {
	var major, minor, build, revision uint32
	if _, err := fmt.Sscanf(s, "%d.%d.%d.%d", &major, &minor, &build, &revision); err != nil {
		return 0, fmt.Errorf("version %q of the server: %w", s, err)
	}
	return 7<<28 | (major&0x3F)<<22 | (minor&0x3F)<<16 | 0x8000 | build&0x7FFF, nil
}
