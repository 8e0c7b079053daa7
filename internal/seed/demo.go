package seed

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

//go:embed demo.yaml
var demoYAML []byte

// Demo is the demo organisation: alice, bob and carol, with the password Password1!.
func Demo() *Seed {
	s, err := Parse("demo", demoYAML, nil)
	if err != nil {
		panic(err) // the text is ours
	}
	alice := &s.Users[0]
	alice.Messages = append(alice.Messages, forwarded(), longText(), invitation("Inbox"), appointment("Calendar"), contactItem(), task(), note())
	return s
}

// forwarded carries another message, with a file in it.
func forwarded() Message {
	inner := Message{
		From: "stranger@elsewhere.test", To: []string{"bob"}, Subject: "The original message", Body: "I am inside.\n", Read: true,
		Attachments: []Attachment{{Name: "inner.txt", Content: "two levels down\r\n"}},
	}
	return Message{
		Folder: "Inbox", From: "bob", To: []string{"alice"}, Subject: "FW: The original message", Body: "See the attached message.\n",
		Received:    time.Date(2026, time.January, 9, 8, 0, 0, 0, time.UTC),
		Attachments: []Attachment{{Name: inner.Subject, Embedded: &inner}},
	}
}

// longText has a body and a file that need streams.
func longText() Message {
	var body, data strings.Builder
	for i := 1; i <= 1500; i++ {
		fmt.Fprintf(&body, "Line %d of a long text, to be read in pieces.\n", i)
		fmt.Fprintf(&data, "%08d 0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef\r\n", i)
	}
	return Message{
		Folder: "Inbox", From: "carol", To: []string{"alice"}, Subject: "A long text", Body: body.String(), Read: true,
		Received:    time.Date(2026, time.January, 9, 8, 30, 0, 0, time.UTC),
		Attachments: []Attachment{{Name: "numbers.txt", Content: data.String()}},
	}
}

// value names a property by number.
func value(set mapi.GUID, lid uint32, v prop.Value) NamedValue {
	return NamedValue{prop.Name{Kind: prop.NameLID, GUID: set, LID: lid}, v}
}

// meeting are the properties that an appointment and an invitation to it share, [MS-OXOCAL] 2.2.1.
func meeting(start, end time.Time) ([]prop.Tagged, []NamedValue) {
	from, to := prop.Time(mapi.NewFileTime(start)), prop.Time(mapi.NewFileTime(end))
	minutes := int32(end.Sub(start) / time.Minute)
	id := prop.Binary(globalObjectID(start))
	return []prop.Tagged{{Tag: mapi.TagStartDate, Value: from}, {Tag: mapi.TagEndDate, Value: to}, {Tag: mapi.TagOwnerAppointmentId, Value: prop.Int32(1)}},
		[]NamedValue{
			value(mapi.PsetidAppointment, mapi.LidAppointmentStartWhole, from), value(mapi.PsetidAppointment, mapi.LidAppointmentEndWhole, to),
			value(mapi.PsetidCommon, mapi.LidCommonStart, from), value(mapi.PsetidCommon, mapi.LidCommonEnd, to),
			value(mapi.PsetidAppointment, mapi.LidClipStart, from), value(mapi.PsetidAppointment, mapi.LidClipEnd, to),
			value(mapi.PsetidAppointment, mapi.LidAppointmentDuration, prop.Int32(minutes)),
			value(mapi.PsetidAppointment, mapi.LidAppointmentSubType, prop.Bool(false)),
			value(mapi.PsetidAppointment, mapi.LidLocation, prop.String("Room 12")),
			value(mapi.PsetidAppointment, mapi.LidBusyStatus, prop.Int32(2)),
			value(mapi.PsetidAppointment, mapi.LidRecurring, prop.Bool(false)),
			value(mapi.PsetidMeeting, mapi.LidGlobalObjectID, id), value(mapi.PsetidMeeting, mapi.LidCleanGlobalObjectID, id),
			value(mapi.PsetidCommon, mapi.LidReminderSet, prop.Bool(true)), value(mapi.PsetidCommon, mapi.LidReminderDelta, prop.Int32(15)),
			value(mapi.PsetidCommon, mapi.LidReminderTime, from),
			value(mapi.PsetidCommon, mapi.LidReminderSignalTime, prop.Time(mapi.NewFileTime(start.Add(-15*time.Minute)))),
			value(mapi.PsetidCommon, mapi.LidPrivate, prop.Bool(false)),
		}
}

// globalObjectID is PidLidGlobalObjectId of a meeting that is no exception of a series, [MS-OXOCAL] 2.2.1.27.
func globalObjectID(created time.Time) []byte {
	b := []byte("\x04\x00\x00\x00\x82\x00\xE0\x00\x74\xC5\xB7\x10\x1A\x82\xE0\x08\x00\x00\x00\x00")
	t := mapi.NewFileTime(created)
	for i := range 8 {
		b = append(b, byte(t>>(8*i)))
	}
	b = append(b, make([]byte, 8)...)
	id := guid("meeting", created.String())
	return append(append(b, 16, 0, 0, 0), id[:]...)
}

var meetingStart = time.Date(2026, time.January, 15, 10, 0, 0, 0, time.UTC)

// invitation is a meeting request that was not answered yet.
func invitation(folder string) Message {
	props, named := meeting(meetingStart, meetingStart.Add(time.Hour))
	return Message{
		Folder: folder, From: "bob", To: []string{"alice"}, Cc: []string{"carol"}, Subject: "Planning meeting", Body: "Let us plan.\n",
		Received: time.Date(2026, time.January, 9, 9, 0, 0, 0, time.UTC), Class: "IPM.Schedule.Meeting.Request",
		Props: append(props, prop.Tagged{Tag: mapi.TagResponseRequested, Value: prop.Bool(true)}, prop.Tagged{Tag: mapi.TagReplyRequested, Value: prop.Bool(true)}),
		Named: append(named, value(mapi.PsetidAppointment, mapi.LidAppointmentStateFlags, prop.Int32(3)), // meeting, received
			value(mapi.PsetidAppointment, mapi.LidResponseStatus, prop.Int32(5))), // not responded
	}
}

// appointment is an entry of the calendar without other people.
func appointment(folder string) Message {
	start := meetingStart.Add(26 * time.Hour)
	props, named := meeting(start, start.Add(30*time.Minute))
	return Message{
		Folder: folder, From: "alice", Subject: "Dentist", Body: "Bring the X-rays.\n", Read: true, Class: "IPM.Appointment",
		Received: time.Date(2026, time.January, 9, 9, 30, 0, 0, time.UTC), Props: props,
		Named: append(named, value(mapi.PsetidAppointment, mapi.LidAppointmentStateFlags, prop.Int32(0)),
			value(mapi.PsetidAppointment, mapi.LidResponseStatus, prop.Int32(0))),
	}
}

// contactItem is a contact of alice's own, [MS-OXOCNTC] 2.2.1.
func contactItem() Message {
	const name, address = "Dora Dean", "dora@elsewhere.test"
	return Message{
		Folder: "Contacts", From: "alice", Subject: name, Read: true, Class: "IPM.Contact",
		Received: time.Date(2026, time.January, 9, 10, 0, 0, 0, time.UTC),
		Props: []prop.Tagged{
			{Tag: mapi.TagDisplayName, Value: prop.String(name)}, {Tag: mapi.TagGivenName, Value: prop.String("Dora")},
			{Tag: mapi.TagSurname, Value: prop.String("Dean")}, {Tag: mapi.TagCompanyName, Value: prop.String("Elsewhere Ltd")},
			{Tag: mapi.TagBusinessTelephoneNumber, Value: prop.String("+44 20 7946 0000")},
		},
		Named: []NamedValue{
			value(mapi.PsetidAddress, mapi.LidFileUnder, prop.String("Dean, Dora")),
			value(mapi.PsetidAddress, mapi.LidEmail1DisplayName, prop.String(name+" ("+address+")")),
			value(mapi.PsetidAddress, mapi.LidEmail1AddressType, prop.String("SMTP")),
			value(mapi.PsetidAddress, mapi.LidEmail1EmailAddress, prop.String(address)),
			value(mapi.PsetidAddress, mapi.LidEmail1OriginalDisplay, prop.String(address)),
			value(mapi.PsetidAddress, mapi.LidEmail1OriginalEntryID, prop.Binary(oneOffID(name, address))),
		},
	}
}

// task is a task that is not begun, [MS-OXOTASK] 2.2.2.2.
func task() Message {
	due := prop.Time(mapi.NewFileTime(time.Date(2026, time.January, 16, 0, 0, 0, 0, time.UTC)))
	return Message{
		Folder: "Tasks", From: "alice", Subject: "Write the report", Read: true, Class: "IPM.Task",
		Received: time.Date(2026, time.January, 9, 10, 5, 0, 0, time.UTC),
		Named: []NamedValue{
			value(mapi.PsetidTask, mapi.LidTaskStatus, prop.Int32(0)), value(mapi.PsetidTask, mapi.LidPercentComplete, prop.Float64(0)),
			value(mapi.PsetidTask, mapi.LidTaskDueDate, due), value(mapi.PsetidTask, mapi.LidTaskComplete, prop.Bool(false)),
			value(mapi.PsetidCommon, mapi.LidCommonEnd, due),
		},
	}
}

// note is a sticky note, [MS-OXONOTE] 2.2.1.
func note() Message {
	return Message{
		Folder: "Notes", From: "alice", Subject: "Buy milk", Body: "Buy milk\n", Read: true, Class: "IPM.StickyNote",
		Received: time.Date(2026, time.January, 9, 10, 10, 0, 0, time.UTC),
		Props:    []prop.Tagged{{Tag: mapi.TagIconIndex, Value: prop.Int32(0x303)}}, // yellow
	}
}
