package profile

// AuthService is a number of an RPC security provider, [MS-RPCE] 2.2.1.1.7.
type AuthService uint8

// Security providers.
const (
	AuthNone      AuthService = 0
	AuthNegotiate AuthService = 9
	AuthNTLM      AuthService = 10
	AuthKerberos  AuthService = 16
)

// AuthLevel is an RPC authentication level, [MS-RPCE] 2.2.1.1.8.
type AuthLevel uint8

// Authentication levels.
const (
	LevelNone      AuthLevel = 1
	LevelConnect   AuthLevel = 2
	LevelPacket    AuthLevel = 4
	LevelIntegrity AuthLevel = 5
	LevelPrivacy   AuthLevel = 6
)

// Interfaces says which RPC interfaces exist and who may call them.
type Interfaces struct {
	EMSMDB      Interface
	AsyncEMSMDB Interface // absent in 2003: R29, N1, N2 [MS-OXCNOTIF] 2.2.1.3.1 <4>
	NSPI        Interface
	RFR         Interface // without NTLM in 2007: B16, two posts of Microsoft's MAPI support, no capture
	EPM         Interface
}

// Interface is the security of one RPC interface.
type Interface struct {
	// Offered is false if the version does not have the interface at all.
	Offered bool
	// Services are the security providers registered. A bind with another one gets reason 8,
	// authentication type not recognized, [MS-RPCE] 3.3.3.5.3. [MS-OXCRPC] 3.1.3 <5> for EMSMDB, 3.3.3 for
	// AsyncEMSMDB, [MS-OXNSPI] 1.5 for NSPI.
	Services []AuthService
	// MinimumLevel is the lowest authentication level of calls. No version asks for more than connect: encryption
	// is EcDoConnectEx's business, [MS-OXCRPC] 3.1.4.1.
	MinimumLevel AuthLevel
	// Anonymous lets calls through on binds without authentication; the interface judges them itself. NspiBind does
	// (R1613 of the test suite), the endpoint mapper asks nobody; AsyncEMSMDB is inferred: its handle carries the
	// identity.
	Anonymous bool
	// AnonymousOverHTTP is Anonymous where HTTP has authenticated the connection. R5, [MS-OXCRPC] 3.1.3 <5>.
	AnonymousOverHTTP bool
	// Evidence says how the rest is known, in a sentence of the documentation.
	Evidence string
}

// Accepts reports whether service is registered for the interface.
func (i Interface) Accepts(service AuthService) bool {
	for _, s := range i.Services {
		if s == service {
			return true
		}
	}
	return false
}
