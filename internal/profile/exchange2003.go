package profile

import "github.com/mapid/mapid/internal/mapi"

// exchange2003 is Exchange Server 2003 SP2. The test settings never covered it, so everything that no note says about
// it is as in 2007, which is inferred. The build's last number and the old form of its version words are inferred too;
// the threshold 6.0.6755.0 of [MS-OXCRPC] 3.1.4.1.3.2 fits them.
func exchange2003() Profile {
	p := exchange2007()
	p.Name = "exchange2003"
	p.Product = "Exchange Server 2003 SP2"
	p.Version = Version{Major: 6, Minor: 5, Build: 7638, Revision: 1, OldForm: true}

	p.Interfaces.AsyncEMSMDB = Interface{Evidence: "[MS-OXCNOTIF] 2.2.1.3.1 <4>: the interface came with 2007"}
	p.Interfaces.RFR.Services = allServices()
	p.Interfaces.RFR.Evidence = "the same posts as for 2007: the client that 2007 refused worked with 2003; Kerberos inferred"

	p.EMSMDB.OSVersion = nil // only 2007 is said to send it

	p.ROP.ReadStreamLimit = 0x8000
	p.ROP.PutBufferExtended = false

	p.Logon.PerUserGUID = false
	p.Logon.MailboxDisabled = mapi.ErrMailboxDisabled
	p.Logon.MailboxDisabledLater = mapi.ErrMailboxDisabled
	p.Logon.UnknownUser = mapi.ErrLoginFailure

	p.Folder.PublicAnonymous = Rights(mapi.RoleContributor)
	p.Folder.NoConversationMembers = mapi.ErrInvalidParameter
	p.Submit.DeferredDelivery = true
	p.Submit.SenderRefusal, p.Submit.ReportSender = mapi.ErrAccessDenied, "System Administrator"
	p.Table.PackedBuffers = false

	p.FastTransfer.PartialItem = false
	p.FastTransfer.FolderContentWarning = false

	p.Rules.StateBits2007 = false
	p.Rules.SizeLimit = 32 << 10
	p.Rules.BadTableFlags = mapi.ErrNoSupport
	p.Rules.ForwardsForwarded = false

	p.HTTP.Autodiscover = false
	return p
}
