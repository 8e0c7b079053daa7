package ntlm

// Flags are the negotiated options, [MS-NLMP] 2.2.2.5.
type Flags uint32

// Negotiate flags.
const (
	NegotiateUnicode                 Flags = 0x00000001
	NegotiateOEM                     Flags = 0x00000002
	RequestTarget                    Flags = 0x00000004
	NegotiateSign                    Flags = 0x00000010
	NegotiateSeal                    Flags = 0x00000020
	NegotiateDatagram                Flags = 0x00000040
	NegotiateLMKey                   Flags = 0x00000080
	NegotiateNTLM                    Flags = 0x00000200
	NegotiateAnonymous               Flags = 0x00000800
	NegotiateOEMDomainSupplied       Flags = 0x00001000
	NegotiateOEMWorkstationSupplied  Flags = 0x00002000
	NegotiateAlwaysSign              Flags = 0x00008000
	TargetTypeDomain                 Flags = 0x00010000
	TargetTypeServer                 Flags = 0x00020000
	NegotiateExtendedSessionSecurity Flags = 0x00080000
	NegotiateIdentify                Flags = 0x00100000
	RequestNonNTSessionKey           Flags = 0x00400000
	NegotiateTargetInfo              Flags = 0x00800000
	NegotiateVersion                 Flags = 0x02000000
	Negotiate128                     Flags = 0x20000000
	NegotiateKeyExch                 Flags = 0x40000000
	Negotiate56                      Flags = 0x80000000
)

// supported is what an acceptor grants if the client asks for it. The LM key is not among them, and neither are
// datagrams.
const supported = NegotiateUnicode | NegotiateOEM | RequestTarget | NegotiateSign | NegotiateSeal | NegotiateNTLM |
	NegotiateAlwaysSign | NegotiateExtendedSessionSecurity | Negotiate128 | NegotiateKeyExch | Negotiate56

// security is the part of the flags that decides how strong a session is. A client may give up flags in its last
// message but not add any of these.
const security = NegotiateSign | NegotiateSeal | NegotiateLMKey | NegotiateDatagram |
	NegotiateExtendedSessionSecurity | Negotiate128 | NegotiateKeyExch | Negotiate56

// has reports whether every flag of want is set.
func (f Flags) has(want Flags) bool { return f&want == want }

// keyBits is the strength of the sealing keys, [MS-NLMP] 3.4.5.3.
func (f Flags) keyBits() int {
	switch {
	case f.has(Negotiate128):
		return 128
	case f.has(Negotiate56):
		return 56
	}
	return 40
}
