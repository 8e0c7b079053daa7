package rop

import (
	"math"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// LogonRequest is the RopLogon request, [MS-OXCROPS] 2.2.3.1.1.
// It opens a mailbox or the public folders.
type LogonRequest struct {
	Out
	LogonFlags uint8  // [MS-OXCSTOR] 2.2.1.1.1
	OpenFlags  uint32 // [MS-OXCSTOR] 2.2.1.1.1
	StoreState uint32
	Essdn      string // of the mailbox; empty for public folders
}

// RopID implements Message.
func (*LogonRequest) RopID() ID { return Logon }

// Encode implements Message.
func (m *LogonRequest) Encode(w *wire.Writer) {
	m.Out.encode(w, Logon)
	w.U8(m.LogonFlags)
	w.U32(m.OpenFlags)
	w.U32(m.StoreState)
	if m.Essdn == "" {
		w.U16(0)
		return
	}
	at := w.Mark16()
	w.ASCIIZ(m.Essdn[:min(len(m.Essdn), math.MaxUint16-1)])
	w.Set16(at, uint16(w.Len()-at-2))
}

// Decode implements Message.
func (m *LogonRequest) Decode(d *Decoder) {
	m.Out.decode(d)
	m.LogonFlags = d.U8()
	m.OpenFlags = d.U32()
	m.StoreState = d.U32()
	m.Essdn, _, _ = strings.Cut(string(d.Take(int(d.U16()))), "\x00")
}

// LogonResponse is the RopLogon response, [MS-OXCROPS] 2.2.3.1.2 to 2.2.3.1.5.
// It is one of four: private, public, a redirect to another server (ErrWrongServer), and any other failure.
type LogonResponse struct {
	ResponseHead
	LogonFlags    uint8       // those of the request; LogonPrivate says which fields follow
	FolderIDs     [13]mapi.ID // [MS-OXCSTOR] 2.2.1.1.3 and .4
	ResponseFlags uint8       // private
	MailboxGUID   mapi.GUID   // private
	ReplID        uint16
	ReplGUID      mapi.GUID
	LogonTime     LogonTime // private
	GwartTime     uint64    // private
	StoreState    uint32    // private
	PerUserGUID   mapi.GUID // public
	ServerName    string    // with ErrWrongServer: the DN of the server to log on to
}

// RopID implements Message.
func (*LogonResponse) RopID() ID { return Logon }

// Encode implements Message.
func (m *LogonResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, Logon) {
		m.putRedirect(w)
		return
	}
	w.U8(m.LogonFlags)
	for _, id := range m.FolderIDs {
		w.U64(uint64(id))
	}
	if m.LogonFlags&mapi.LogonPrivate == 0 {
		w.U16(m.ReplID)
		w.Put(m.ReplGUID[:])
		w.Put(m.PerUserGUID[:])
		return
	}
	w.U8(m.ResponseFlags)
	w.Put(m.MailboxGUID[:])
	w.U16(m.ReplID)
	w.Put(m.ReplGUID[:])
	m.LogonTime.put(w)
	w.U64(m.GwartTime)
	w.U32(m.StoreState)
}

// Decode implements Message.
func (m *LogonResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		m.readRedirect(d)
		return
	}
	m.LogonFlags = d.U8()
	for i := range m.FolderIDs {
		m.FolderIDs[i] = mapi.ID(d.U64())
	}
	if m.LogonFlags&mapi.LogonPrivate == 0 {
		m.ReplID = d.U16()
		m.ReplGUID = readGUID(d.Reader)
		m.PerUserGUID = readGUID(d.Reader)
		return
	}
	m.ResponseFlags = d.U8()
	m.MailboxGUID = readGUID(d.Reader)
	m.ReplID = d.U16()
	m.ReplGUID = readGUID(d.Reader)
	m.LogonTime = readLogonTime(d)
	m.GwartTime = d.U64()
	m.StoreState = d.U32()
}

// putRedirect appends what follows ErrWrongServer, [MS-OXCROPS] 2.2.3.1.4.
func (m *LogonResponse) putRedirect(w *wire.Writer) {
	if m.ReturnValue != mapi.ErrWrongServer {
		return
	}
	w.U8(m.LogonFlags)
	name := m.ServerName[:min(len(m.ServerName), math.MaxUint8-1)]
	w.U8(uint8(len(name) + 1))
	w.ASCIIZ(name)
}

func (m *LogonResponse) readRedirect(d *Decoder) {
	if m.ReturnValue != mapi.ErrWrongServer {
		return
	}
	m.LogonFlags = d.U8()
	m.ServerName, _, _ = strings.Cut(string(d.Take(int(d.U8()))), "\x00")
}

// LogonTime is a time in UTC, [MS-OXCROPS] 2.2.3.1.2.1.
type LogonTime struct {
	Seconds, Minutes, Hour uint8
	DayOfWeek              uint8 // 0 is Sunday
	Day, Month             uint8
	Year                   uint16
}

// NewLogonTime converts t.
func NewLogonTime(t time.Time) LogonTime {
	t = t.UTC()
	return LogonTime{
		uint8(t.Second()), uint8(t.Minute()), uint8(t.Hour()), uint8(t.Weekday()), uint8(t.Day()), uint8(t.Month()), uint16(t.Year()),
	}
}

func (t LogonTime) put(w *wire.Writer) {
	w.Put([]byte{t.Seconds, t.Minutes, t.Hour, t.DayOfWeek, t.Day, t.Month})
	w.U16(t.Year)
}

func readLogonTime(d *Decoder) LogonTime {
	return LogonTime{d.U8(), d.U8(), d.U8(), d.U8(), d.U8(), d.U8(), d.U16()}
}
