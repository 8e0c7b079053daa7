package msgprops

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// Suffixes of the classes of reports, [MS-OXOMSG] 2.2.2.
const (
	ReportFailed    = ".NDR"
	ReportDelivered = ".DR"
	ReportRead      = ".IPNRN"
	ReportNotRead   = ".IPNNRN"
)

// reportedAs are the properties under which a report repeats those of the message it is on, [MS-OXOMSG] 2.2.2.
var reportedAs = []struct{ from, to mapi.PropTag }{
	{mapi.TagSubject, mapi.TagOriginalSubject}, {mapi.TagClientSubmitTime, mapi.TagOriginalSubmitTime},
	{mapi.TagDisplayTo, mapi.TagOriginalDisplayTo}, {mapi.TagDisplayCc, mapi.TagOriginalDisplayCc}, {mapi.TagDisplayBcc, mapi.TagOriginalDisplayBcc},
	{mapi.TagSearchKey, mapi.TagParentKey}, {mapi.TagInternetMessageId, mapi.TagOriginalMessageId}, {mapi.TagMessageDeliveryTime, mapi.TagOriginalDeliveryTime},
	{mapi.TagSenderName, mapi.TagOriginalSenderName}, {mapi.TagSenderEntryId, mapi.TagOriginalSenderEntryId},
	{mapi.TagSenderSearchKey, mapi.TagOriginalSenderSearchKey}, {mapi.TagSenderAddressType, mapi.TagOriginalSenderAddressType},
	{mapi.TagSenderEmailAddress, mapi.TagOriginalSenderEmailAddress}, {mapi.TagSentRepresentingName, mapi.TagOriginalSentRepresentingName},
	{mapi.TagSentRepresentingEntryId, mapi.TagOriginalSentRepresentingEntryId}, {mapi.TagSentRepresentingSearchKey, mapi.TagOriginalSentRepresentingSearchKey},
	{mapi.TagSentRepresentingAddressType, mapi.TagOriginalSentRepresentingAddressType}, {mapi.TagSentRepresentingEmailAddress, mapi.TagOriginalSentRepresentingEmailAddress},
	{mapi.TagReportTag, mapi.TagReportTag}, {mapi.TagConversationTopic, mapi.TagConversationTopic}, {mapi.TagConversationIndex, mapi.TagConversationIndex},
	{mapi.TagInternetMessageId, mapi.TagInReplyToId},
}

// ReportOn returns what a report repeats of the properties of the message it is on, with its class and that of the report.
// suffix is one of the Report constants.
func ReportOn(original []prop.Tagged, suffix string) []prop.Tagged {
	class := textIn(original, mapi.TagMessageClass)
	if class == "" {
		class = "IPM.Note"
	}
	props := []prop.Tagged{
		{Tag: mapi.TagMessageClass, Value: prop.String("REPORT." + class + suffix)}, {Tag: mapi.TagOriginalMessageClass, Value: prop.String(class)},
	}
	for _, r := range reportedAs {
		if v := valueIn(original, r.from); !v.IsZero() {
			props = append(props, prop.Tagged{Tag: r.to, Value: v})
		}
	}
	return props
}

func valueIn(props []prop.Tagged, tag mapi.PropTag) prop.Value {
	for _, p := range props {
		if p.Tag.ID() == tag.ID() && prop.SameType(p.Value.Type(), tag.Type()) {
			return p.Value
		}
	}
	return prop.Value{}
}

func textIn(props []prop.Tagged, tag mapi.PropTag) string { return valueIn(props, tag).Str() }
