package mailconv

import (
	"net/mail"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// looseDates are forms of dates that mail has beside those of RFC 5322.
var looseDates = []string{
	"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006", time.RFC3339, "2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05",
}

// parseDate reads the time of a header field.
func parseDate(s string) (mapi.FileTime, bool) {
	s = strings.Join(strings.Fields(s), " ")
	const longest = 100
	if s == "" || len(s) > longest {
		return 0, false
	}
	t, err := mail.ParseDate(s)
	for i := 0; err != nil && i < len(looseDates); i++ {
		t, err = time.Parse(looseDates[i], s)
	}
	if err != nil || t.Year() < 1602 || t.Year() > 9998 { // with room for every zone
		return 0, false
	}
	return mapi.NewFileTime(t.Truncate(time.Second)), true
}

// formatDate writes a time, or "" if there is none that could be written.
func formatDate(v prop.Value) string {
	t := v.FileTime().Time()
	if v.IsZero() || t.Year() < 1602 || t.Year() > 9998 {
		return ""
	}
	return t.Format(time.RFC1123Z)
}
