package msgprops

import "github.com/mapid/mapid/internal/mapi"

// Bodies says which bodies a message has stored.
type Bodies struct {
	Plain     bool // PidTagBody
	RTF       bool // PidTagRtfCompressed
	HTML      bool // PidTagHtml
	RTFInSync bool // PidTagRtfInSync: the RTF says what the others say
}

// Best returns PidTagNativeBody: the body from which the others are made, [MS-OXBBODY] 2.1.3.1. RTF that is not in sync
// with another body is out of date. HTML beats plain text, which the specification's table forgets to say and Outlook
// does.
func (b Bodies) Best() uint32 {
	switch {
	case b.RTF && (b.RTFInSync || !b.Plain && !b.HTML):
		return mapi.NativeBodyRTF
	case b.HTML:
		return mapi.NativeBodyHTML
	case b.Plain:
		return mapi.NativeBodyPlainText
	}
	return mapi.NativeBodyUndefined
}
