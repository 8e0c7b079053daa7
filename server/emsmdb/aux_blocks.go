package emsmdb

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/wire"
)

// Types of auxiliary blocks that are read or written here, [MS-OXCRPC] 2.2.2.2.
const (
	auxPerfClientInfo    = 0x02
	auxClientControl     = 0x0A
	auxPerfProcessInfo   = 0x0B
	auxOSVersionInfo     = 0x16
	auxExOrgInfo         = 0x17
	auxServerCaps        = 0x46
	auxEndpointCaps      = 0x48
	auxServerSessionInfo = 0x4B
)

// Bits of the blocks written.
const (
	enableCompression       = 0x00000004 // EnableFlags of AUX_CLIENT_CONTROL
	publicFoldersEnabled    = 0x00000001 // OrgFlags of AUX_EXORGINFO
	useAutodiscoverForPF    = 0x00000002
	packedWriteStream       = 0x00000002 // AUX_SERVER_CAPABILITIES
	endpointSingle          = 0x00000001 // AUX_ENDPOINT_CAPABILITIES
	clientControlExpiryTime = 24 * 60 * 60 * 1000
)

const auxHeaderSize = 4

// readAux takes what an operator wants to know out of a client's auxiliary blocks, [MS-OXCRPC] 3.1.4.1.2. They are
// informational: unknown types and versions are passed over, and a malformed block ends the reading without failing
// the call.
func readAux(payload []byte, c *ClientInfo) {
	for len(payload) >= auxHeaderSize {
		size := int(payload[0]) | int(payload[1])<<8
		if size < auxHeaderSize || size > len(payload) {
			return
		}
		block := payload[:size]
		payload = payload[size:]
		switch version, typ := block[2], block[3]; {
		case typ == auxPerfClientInfo && version == 1:
			readClientInfo(block, c)
		case typ == auxPerfProcessInfo && (version == 1 || version == 2):
			r := wire.NewReader(block)
			r.Skip(24) // header, ProcessID, reserved, ProcessGuid
			if name := auxText(block, r.U16()); name != "" {
				c.Process = name
			}
		}
	}
}

// readClientInfo reads AUX_PERF_CLIENTINFO, [MS-OXCRPC] 2.2.2.2.4.
func readClientInfo(block []byte, c *ClientInfo) {
	r := wire.NewReader(block)
	r.Skip(auxHeaderSize + 4 + 2) // AdapterSpeed, ClientID
	machine, user := r.U16(), r.U16()
	ipSize, ipOff := r.U16(), r.U16()
	r.Skip(4) // mask
	adapter := r.U16()
	r.Skip(4) // MAC
	mode := ClientMode(r.U16())
	if r.Err() != nil {
		return
	}
	c.Mode = mode
	c.Machine, c.User, c.Adapter = auxText(block, machine), auxText(block, user), auxText(block, adapter)
	if end := int(ipOff) + int(ipSize); ipOff != 0 && end <= len(block) {
		if ip, ok := netip.AddrFromSlice(block[ipOff:end]); ok {
			c.IP = ip.String()
		}
	}
}

// auxText returns the text at an offset from the start of a block, without characters that would spoil a log line.
func auxText(block []byte, off uint16) string {
	if off == 0 || int(off) > len(block) {
		return ""
	}
	r := wire.NewReader(block[off:])
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7F {
			return -1
		}
		return c
	}, r.UTF16Z())
}

// auxWriter appends auxiliary blocks while they fit into what the client takes.
type auxWriter struct {
	w   wire.Writer
	max int
}

// block appends one block of version 1, or leaves it out if it does not fit.
func (a *auxWriter) block(typ uint8, body func(w *wire.Writer)) {
	start := a.w.Len()
	at := a.w.Mark16()
	a.w.U8(1)
	a.w.U8(typ)
	body(&a.w)
	if a.w.Len() > a.max {
		a.w.Buf = a.w.Buf[:start]
		return
	}
	a.w.Set16(at, uint16(a.w.Len()-start))
}

// connectAux returns the auxiliary blocks that answer a connect, [MS-OXCRPC] 3.1.4.1.2.1.
func (s *Service) connectAux(ses *session, publicFolders bool, max int) []byte {
	p := &s.opts.Profile.EMSMDB
	a := auxWriter{max: max}
	a.block(auxClientControl, func(w *wire.Writer) {
		flags := uint32(0)
		if s.policy().Compression != Off {
			flags = enableCompression
		}
		w.U32(flags)
		w.U32(clientControlExpiryTime)
	})
	if ses.version.AtLeast(12, 0, 3118, 0) {
		a.block(auxExOrgInfo, func(w *wire.Writer) {
			flags := uint32(0)
			if publicFolders {
				flags |= publicFoldersEnabled
			}
			if p.OrgAutodiscoversPublicFolders {
				flags |= useAutodiscoverForPF
			}
			w.U32(flags)
		})
	}
	if p.OSVersion != nil {
		a.block(auxOSVersionInfo, func(w *wire.Writer) { writeOSVersion(w, p.OSVersion) })
	}
	if p.PackedWriteStream {
		a.block(auxServerCaps, func(w *wire.Writer) { w.U32(packedWriteStream) })
	}
	if p.SessionInfo && ses.version.AtLeast(12, 0, 0, 0) {
		a.block(auxServerSessionInfo, func(w *wire.Writer) {
			w.U16(auxHeaderSize + 2)
			w.UTF16Z(fmt.Sprintf("%s;%d", s.opts.Server.Name, ses.id))
		})
	}
	if p.EndpointCapabilities && ses.caller.Transport != "ncacn_ip_tcp" {
		a.block(auxEndpointCaps, func(w *wire.Writer) { w.U32(endpointSingle) })
	}
	return a.w.Bytes()
}

// writeOSVersion writes AUX_OSVERSIONINFO, [MS-OXCRPC] 2.2.2.2.16.
func writeOSVersion(w *wire.Writer, v *profile.OSVersion) {
	const size = 156
	w.U32(size)
	w.U32(v.Major)
	w.U32(v.Minor)
	w.U32(v.Build)
	w.Zero(132)
	w.U16(v.ServicePackMajor)
	w.U16(v.ServicePackMin)
	w.Zero(4)
}
