package seed

import (
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// defaultLocale names the default folders of a mailbox without a locale: English, United States.
const defaultLocale = 0x409

// defaultFolder is one folder that every mailbox has.
type defaultFolder struct {
	role   store.Special
	parent store.Special
	name   string // in English
	class  string // PidTagContainerClass
	typ    store.FolderType
	hidden bool
}

// privateTree is the tree of a private mailbox below its root, parents first, [MS-OXOSFLD] 2.2.1 and [MS-OXCSTOR]
// 2.2.1.1.3.
var privateTree = []defaultFolder{
	{role: store.SpecialDeferredAction, parent: store.SpecialRoot, name: "Deferred Action", typ: store.FolderGeneric},
	{role: store.SpecialSpoolerQueue, parent: store.SpecialRoot, name: "Spooler Queue", typ: store.FolderSearch},
	{role: store.SpecialIPMSubtree, parent: store.SpecialRoot, name: "Top of Information Store", typ: store.FolderGeneric},
	{role: store.SpecialInbox, parent: store.SpecialIPMSubtree, name: "Inbox", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialOutbox, parent: store.SpecialIPMSubtree, name: "Outbox", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialSentItems, parent: store.SpecialIPMSubtree, name: "Sent Items", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialDeletedItems, parent: store.SpecialIPMSubtree, name: "Deleted Items", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialCommonViews, parent: store.SpecialRoot, name: "Common Views", typ: store.FolderGeneric},
	{role: store.SpecialSchedule, parent: store.SpecialRoot, name: "Schedule", typ: store.FolderGeneric},
	{role: store.SpecialSearch, parent: store.SpecialRoot, name: "Finder", typ: store.FolderGeneric},
	{role: store.SpecialViews, parent: store.SpecialRoot, name: "Views", typ: store.FolderGeneric},
	{role: store.SpecialShortcuts, parent: store.SpecialRoot, name: "Shortcuts", typ: store.FolderGeneric},
	{role: store.SpecialFreebusyData, parent: store.SpecialRoot, name: "Freebusy Data", typ: store.FolderGeneric},
	{role: store.SpecialReminders, parent: store.SpecialRoot, name: "Reminders", class: "Outlook.Reminder", typ: store.FolderSearch},
	{role: store.SpecialToDo, parent: store.SpecialRoot, name: "To-Do Search", class: "IPF.Task", typ: store.FolderSearch},
	{role: store.SpecialTrackedMail, parent: store.SpecialRoot, name: "Tracked Mail Processing", class: "IPF.Note", typ: store.FolderSearch},
	{role: store.SpecialCalendar, parent: store.SpecialIPMSubtree, name: "Calendar", class: "IPF.Appointment", typ: store.FolderGeneric},
	{role: store.SpecialContacts, parent: store.SpecialIPMSubtree, name: "Contacts", class: "IPF.Contact", typ: store.FolderGeneric},
	{role: store.SpecialJournal, parent: store.SpecialIPMSubtree, name: "Journal", class: "IPF.Journal", typ: store.FolderGeneric},
	{role: store.SpecialNotes, parent: store.SpecialIPMSubtree, name: "Notes", class: "IPF.StickyNote", typ: store.FolderGeneric},
	{role: store.SpecialTasks, parent: store.SpecialIPMSubtree, name: "Tasks", class: "IPF.Task", typ: store.FolderGeneric},
	{role: store.SpecialDrafts, parent: store.SpecialIPMSubtree, name: "Drafts", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialJunkEmail, parent: store.SpecialIPMSubtree, name: "Junk E-mail", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialSyncIssues, parent: store.SpecialIPMSubtree, name: "Sync Issues", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialConflicts, parent: store.SpecialSyncIssues, name: "Conflicts", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialLocalFailures, parent: store.SpecialSyncIssues, name: "Local Failures", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialServerFailures, parent: store.SpecialSyncIssues, name: "Server Failures", class: "IPF.Note", typ: store.FolderGeneric},
	{role: store.SpecialRSSFeeds, parent: store.SpecialIPMSubtree, name: "RSS Feeds", class: "IPF.Note.OutlookHomepage", typ: store.FolderGeneric},
	{role: store.SpecialConversationActions, parent: store.SpecialIPMSubtree, name: "Conversation Action Settings", class: "IPF.Configuration", typ: store.FolderGeneric, hidden: true},
	{role: store.SpecialSuggestedContacts, parent: store.SpecialIPMSubtree, name: "Suggested Contacts", class: "IPF.Contact", typ: store.FolderGeneric},
	{role: store.SpecialQuickSteps, parent: store.SpecialIPMSubtree, name: "Quick Step Settings", class: "IPF.Configuration", typ: store.FolderGeneric, hidden: true},
}

// publicTree is the tree of the public store below its root, [MS-OXCSTOR] 2.2.1.1.4.
var publicTree = []defaultFolder{
	{role: store.SpecialIPMSubtree, parent: store.SpecialRoot, name: "IPM_SUBTREE", typ: store.FolderGeneric},
	{role: store.SpecialNonIPMSubtree, parent: store.SpecialRoot, name: "NON_IPM_SUBTREE", typ: store.FolderGeneric},
	{role: store.SpecialEFormsRegistry, parent: store.SpecialNonIPMSubtree, name: "EFORMS REGISTRY", typ: store.FolderGeneric},
	{role: store.SpecialScheduleFreeBusy, parent: store.SpecialNonIPMSubtree, name: "SCHEDULE+ FREE BUSY", typ: store.FolderGeneric},
	{role: store.SpecialOfflineAddressBook, parent: store.SpecialNonIPMSubtree, name: "OFFLINE ADDRESS BOOK", typ: store.FolderGeneric},
}

// publicSites are the folders of the public store that belong to the administrative group, and those of its language. They
// come last, so that a store made before there were any has the same identifiers as one made now.
func publicSites(o Organization) []defaultFolder {
	site := "EX:/o=" + o.Name + "/ou=" + o.AdminGroup
	return []defaultFolder{
		{role: store.SpecialEFormsLocale, parent: store.SpecialEFormsRegistry, name: "Organizational Forms", typ: store.FolderGeneric},
		{role: store.SpecialSiteFreeBusy, parent: store.SpecialScheduleFreeBusy, name: site, typ: store.FolderGeneric},
		{role: store.SpecialSiteOfflineAddressBook, parent: store.SpecialOfflineAddressBook, name: site, typ: store.FolderGeneric},
		{role: store.SpecialArticleIndex, parent: store.SpecialNonIPMSubtree, name: "Article Index", typ: store.FolderGeneric},
	}
}

// postClasses are the classes that new items of a folder get, PidTagDefaultPostMessageClass.
var postClasses = map[string]string{
	"IPF.Note": "IPM.Note", "IPF.Note.OutlookHomepage": "IPM.Post.Rss", "IPF.Appointment": "IPM.Appointment", "IPF.Contact": "IPM.Contact",
	"IPF.Journal": "IPM.Activity", "IPF.StickyNote": "IPM.StickyNote", "IPF.Task": "IPM.Task",
}

// CreateMailbox makes the mailbox of an account with the folders, pointers and receive folders that clients look for.
// name distinguishes the account from others; locale is an LCID, 0 for English.
func CreateMailbox(tx store.Tx, o Organization, replica mapi.GUID, name string, locale uint32) (store.Mailbox, error) {
	if locale == 0 {
		locale = defaultLocale
	}
	m, err := tx.CreateMailbox(store.NewMailbox{Kind: store.PrivateMailbox, GUID: guid("mailbox", o.Name, o.Domain, name), Account: name, Locale: locale})
	if err != nil {
		return m, err
	}
	if err := plant(tx, &m, privateTree); err != nil {
		return m, err
	}
	for _, r := range []struct {
		class  string
		folder store.Special
	}{{"", store.SpecialInbox}, {"IPM", store.SpecialInbox}, {"REPORT.IPM", store.SpecialInbox}, {"IPC", store.SpecialRoot}} {
		if err := tx.SetReceiveFolder(m.ID, r.class, m.Special[r.folder]); err != nil {
			return m, err
		}
	}
	// Everybody may see when the owner is busy, [MS-OXCPERM] 3.1.4.1.
	free := []store.Permission{{Member: store.MemberDefault, Rights: roles["AvailabilityOnly"]}, {Member: store.MemberAnonymous}}
	if err := tx.SetPermissions(m.Special[store.SpecialCalendar], free); err != nil {
		return m, err
	}
	return m, point(tx, m, ids{m.GUID, replica})
}

// CreatePublicStore makes the public store with its folders.
func CreatePublicStore(tx store.Tx, o Organization) (store.Mailbox, error) {
	m, err := tx.CreateMailbox(store.NewMailbox{Kind: store.PublicMailbox, GUID: guid("public store", o.Name, o.Domain), Locale: defaultLocale})
	if err != nil {
		return m, err
	}
	if err := plant(tx, &m, publicTree); err != nil {
		return m, err
	}
	return m, tx.SetPermissions(m.Special[store.SpecialIPMSubtree], nil) // which takes a change number, as it always did
}

// completePublicStore adds the folders of a public store that are not there.
func completePublicStore(tx store.Tx, m store.Mailbox, o Organization) error {
	var missing []defaultFolder
	for _, f := range publicSites(o) {
		if m.Special[f.role] == 0 {
			missing = append(missing, f)
		}
	}
	return plant(tx, &m, missing)
}

// publicDefaults are what a public folder gives those that nobody gave anything, as soon as somebody was given something:
// without any entry it is the version of a server that says so.
var publicDefaults = []store.Permission{
	{Member: store.MemberDefault, Rights: roles["Author"]}, {Member: store.MemberAnonymous, Rights: mapi.RightCreate},
}

// plant makes the folders of a tree.
func plant(tx store.Tx, m *store.Mailbox, tree []defaultFolder) error {
	for _, d := range tree {
		n := store.NewFolder{
			Mailbox: m.ID, Parent: m.Special[d.parent], Type: d.typ, Special: d.role, Name: mapi.FolderName(m.Locale, d.name), Class: d.class,
		}
		if class, ok := postClasses[d.class]; ok {
			n.Props = append(n.Props, prop.Tagged{Tag: mapi.TagDefaultPostMessageClass, Value: prop.String(class)})
		}
		if d.hidden {
			n.Props = append(n.Props, prop.Tagged{Tag: mapi.TagAttributeHidden, Value: prop.Bool(true)})
		}
		f, err := tx.CreateFolder(n)
		if err != nil {
			return fmt.Errorf("default folder %q: %w", d.name, err)
		}
		m.Special[d.role] = f.ID
	}
	return nil
}

// point makes the LocalFreebusy message and writes the properties by which clients find the folders, [MS-OXOSFLD]
// 2.2.2: on the Inbox, where owners read them, and on the root, where delegates do.
func point(tx store.Tx, m store.Mailbox, id ids) error {
	freebusy, err := tx.CreateMessage(localFreebusy(m))
	if err != nil {
		return fmt.Errorf("LocalFreebusy message: %w", err)
	}
	folder := func(s store.Special) string { return string(id.folder(m.Special[s])) }
	var set []prop.Tagged
	for _, p := range []struct {
		tag  mapi.PropTag
		role store.Special
	}{
		{mapi.TagIpmAppointmentEntryId, store.SpecialCalendar}, {mapi.TagIpmContactEntryId, store.SpecialContacts},
		{mapi.TagIpmJournalEntryId, store.SpecialJournal}, {mapi.TagIpmNoteEntryId, store.SpecialNotes},
		{mapi.TagIpmTaskEntryId, store.SpecialTasks}, {mapi.TagRemindersOnlineEntryId, store.SpecialReminders},
		{mapi.TagIpmDraftsEntryId, store.SpecialDrafts},
	} {
		set = append(set, prop.Tagged{Tag: p.tag, Value: prop.BinaryString(folder(p.role))})
	}
	extended := prop.Tagged{Tag: mapi.TagAdditionalRenEntryIdsEx, Value: prop.Binary(persistData(m, id))}
	set = append(set, extended,
		prop.Tagged{Tag: mapi.TagAdditionalRenEntryIds, Value: prop.Multi(mapi.PtypMultiBinary, []string{
			folder(store.SpecialConflicts), folder(store.SpecialSyncIssues), folder(store.SpecialLocalFailures),
			folder(store.SpecialServerFailures), folder(store.SpecialJunkEmail),
		})},
		prop.Tagged{Tag: mapi.TagFreeBusyEntryIds, Value: prop.Multi(mapi.PtypMultiBinary, []string{
			"", string(id.message(freebusy.Folder, freebusy.ID)), "", folder(store.SpecialFreebusyData),
		})},
	)
	for _, s := range []store.Special{store.SpecialInbox, store.SpecialRoot} {
		if err := tx.SetFolderProps(m.Special[s], set, nil); err != nil {
			return err
		}
	}
	return tx.SetMailboxProps(m.ID, []prop.Tagged{extended, {Tag: mapi.TagOutOfOfficeState, Value: prop.Bool(false)}}, nil)
}

// persistData is PidTagAdditionalRenEntryIdsEx.
func persistData(m store.Mailbox, id ids) []byte {
	var list []msgprops.PersistData
	for _, p := range []struct {
		persistID uint16
		role      store.Special
	}{
		{msgprops.PersistRSSFeeds, store.SpecialRSSFeeds},
		{msgprops.PersistTrackedMail, store.SpecialTrackedMail},
		{msgprops.PersistToDo, store.SpecialToDo},
		{msgprops.PersistConversationActions, store.SpecialConversationActions},
		{msgprops.PersistSuggestedContacts, store.SpecialSuggestedContacts},
	} {
		list = append(list, msgprops.PersistData{PersistID: p.persistID, EntryID: id.folder(m.Special[p.role])})
	}
	return msgprops.EncodePersistData(list)
}

// localFreebusy is the message that says how delegates get meeting requests, [MS-OXODLGT] 2.2.2.2.
func localFreebusy(m store.Mailbox) store.NewMessage {
	text := func(tag mapi.PropTag, s string) prop.Tagged { return prop.Tagged{Tag: tag, Value: prop.String(s)} }
	key := guid("LocalFreebusy", m.GUID.String())
	return store.NewMessage{
		Folder: m.Special[store.SpecialFreebusyData], Flags: mapi.MfRead | mapi.MfEverRead,
		Props: []prop.Tagged{
			text(mapi.TagMessageClass, "IPM.Microsoft.ScheduleData.FreeBusy"), text(mapi.TagSubject, "LocalFreebusy"),
			text(mapi.TagSubjectPrefix, ""), text(mapi.TagNormalizedSubject, "LocalFreebusy"),
			{Tag: mapi.TagImportance, Value: prop.Int32(1)}, {Tag: mapi.TagSensitivity, Value: prop.Int32(0)},
			{Tag: mapi.TagSearchKey, Value: prop.Binary(key[:])},
			{Tag: mapi.TagScheduleInfoDelegatorWantsCopy, Value: prop.Bool(true)},
			{Tag: mapi.TagScheduleInfoDelegatorWantsInfo, Value: prop.Bool(true)},
			{Tag: mapi.TagScheduleInfoDontMailDelegates, Value: prop.Bool(false)},
			{Tag: mapi.TagFreeBusyCountMonths, Value: prop.Int32(2)},
		},
	}
}
