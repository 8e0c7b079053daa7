// Package profile holds what differs between versions of Exchange as their clients see it, as data: one Profile per
// version, one field per difference. A handler that must behave like a version reads a field; nothing branches on a
// profile's name.
//
// The row numbers in comments (R11, L8, …) count the differences this project knows; each stands with the section of
// the specification and, in angle brackets, the number of its product behaviour note. "Test settings" are the
// per-version settings Microsoft publishes with its protocol test suites. A remark "inferred" marks a value that no
// source states.
package profile

//go:generate go test -count=1 -run TestPageIsCurrent . -update

import (
	"fmt"
	"slices"
	"strings"
)

// Profile is one version of Exchange. Profiles do not change once they are made.
type Profile struct {
	Name    string  // in configurations: exchange2010-sp1
	Product string  // in texts: Exchange Server 2010 SP1
	Version Version // of EcDoConnectEx and X-ServerApplication

	// EncryptionRequired is the default of a new server. Clients then need packet privacy to connect to EMSMDB:
	// False in 2003, which has no such setting, and in 2007 (inferred); True in 2010 RTM; False in 2010 SP1 to SP3;
	// True in 2013 and 2016. Binds, NSPI and RFR are never affected.
	EncryptionRequired bool

	Interfaces   Interfaces
	EMSMDB       EMSMDB
	ROP          ROP
	Logon        Logon
	Folder       Folder
	Message      Message
	Submit       Submit
	Table        Table
	Property     Property
	FastTransfer FastTransfer
	Notify       Notify
	Rules        Rules
	AddressBook  AddressBook
	HTTP         HTTP
}

// makers lists the profiles, oldest first.
var makers = []func() Profile{exchange2003, exchange2007, exchange2010RTM, exchange2010SP1, exchange2013, exchange2016}

// Names lists the names of all profiles, oldest version first.
func Names() []string {
	names := make([]string, 0, len(makers))
	for _, mk := range makers {
		names = append(names, mk().Name)
	}
	return names
}

// Default is the name of the profile of a server whose configuration names none.
const Default = "exchange2010-sp1"

// ByName returns the profile of a name without regard to case. The error names all profiles.
func ByName(name string) (*Profile, error) {
	i := slices.IndexFunc(makers, func(mk func() Profile) bool { return strings.EqualFold(mk().Name, name) })
	if i < 0 {
		return nil, fmt.Errorf("profile %q is none of %s", name, strings.Join(Names(), ", "))
	}
	p := makers[i]()
	return &p, nil
}
