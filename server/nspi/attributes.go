package nspi

import (
	"encoding/base64"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// defaultColumns are the columns of a caller who names none, [MS-OXNSPI] 3.1.4.1.8.
var defaultColumns = []mapi.PropTag{
	mapi.TagAddressBookContainerId, mapi.TagObjectType, mapi.TagDisplayType, mapi.TagDisplayName.WithType(mapi.PtypString8),
	mapi.TagPrimaryTelephoneNumber.WithType(mapi.PtypString8), mapi.TagDepartmentName.WithType(mapi.PtypString8),
	mapi.TagOfficeLocation.WithType(mapi.PtypString8),
}

// attributes are the properties of address book objects with their sections in [MS-OXOABK]. Directory attributes
// have the plain names of seed files.
var attributes = newAttributeSet([]attribute{
	// 2.2.3: every object
	{mapi.TagDisplayName, onAll, func(s subject) prop.Value { return stringOrNone(s.name) }}, // 2.2.3.1 DisplayName
	{mapi.TagEntryId, onAll, entryID},           // 2.2.3.2 EntryId
	{mapi.TagTemplateId, onObject, permanentID}, // 2.2.3.3 TemplateId
	{mapi.TagRecordKey, onAll, permanentID},     // 2.2.3.4 RecordKey
	{mapi.TagSearchKey, onObject, func(s subject) prop.Value { return prop.BinaryString(searchKey(s.dn)) }}, // 2.2.3.5 SearchKey
	{mapi.TagInstanceKey, onAll, instanceKey},                                                                        // 2.2.3.6 InstanceKey
	{mapi.TagAddressBookDisplayNamePrintable.WithType(mapi.PtypString8), onObject, printableName},                    // 2.2.3.7 AddressBookDisplayNamePrintable
	{mapi.TagTransmittableDisplayName, onObject, func(s subject) prop.Value { return stringOrNone(s.name) }},         // 2.2.3.8 TransmittableDisplayName
	{mapi.TagAddressBookPhoneticDisplayName, onEntry, text("phonetic_display_name")},                                 // 2.2.3.9
	{mapi.TagObjectType, onAll, objectType},                                                                          // 2.2.3.10 ObjectType
	{mapi.TagDisplayType, onAll, func(s subject) prop.Value { return prop.Uint32(uint32(s.typ)) }},                   // 2.2.3.11 DisplayType
	{mapi.TagDisplayTypeEx, onEntry, func(s subject) prop.Value { return prop.Uint32(entryDisplayTypeEx(s.entry)) }}, // 2.2.3.12
	{mapi.TagAddressType, onObject, fixed(prop.String("EX"))},                                                        // 2.2.3.13 AddressType
	{mapi.TagEmailAddress, onObject, legacyDN},                                                                       // 2.2.3.14 EmailAddress
	{mapi.TagAddressBookObjectDistinguishedName, onObject, legacyDN},                                                 // 2.2.3.15 ObjectDistinguishedName
	{mapi.TagSendRichInfo, onEntry, func(s subject) prop.Value { return prop.Bool(s.kind != onContact) }},            // 2.2.3.18 SendRichInfo
	{mapi.TagAccount, onObject, alias},                                                                               // 2.2.3.20 Account
	{mapi.TagSmtpAddress, onEntry, func(s subject) prop.Value { return stringOrNone(s.entry.Mail) }},                 // 2.2.3.21 SmtpAddress
	{mapi.TagAddressBookTargetAddress, onContact, targetAddress},                                                     // 2.2.3.22 TargetAddress
	{mapi.TagAddressBookProxyAddresses, onEntry, proxyAddresses},                                                     // 2.2.3.23 ProxyAddresses
	{mapi.TagAddressBookSeniorityIndex, onEntry, number("seniority")},                                                // 2.2.3.24 SeniorityIndex
	{mapi.TagAddressBookObjectGuid, onEntry, func(s subject) prop.Value { return prop.Binary(s.entry.GUID[:]) }},     // 2.2.3.25 ObjectGuid
	{mapi.TagAddressBookSenderHintTranslations, onEntry, texts("mail_tip", 0)},                                       // 2.2.3.26 SenderHintTranslations
	{mapi.TagAddressBookDeliveryContentLength, onUser, receiveLimit},                                                 // 2.2.3.27 DeliveryContentLength
	{mapi.TagMappingSignature, onObject, fixed(prop.Binary(providerUID[:]))},                                         // 2.2.3.32 MappingSignature
	{mapi.TagInitialDetailsPane, onObject, fixed(prop.Int32(0))},                                                     // 2.2.3.33 InitialDetailsPane
	{mapi.TagAddressBookExtensionAttribute1, onEntry, text("extension_attribute_1")},                                 // 2.2.3.34
	{mapi.TagAddressBookExtensionAttribute2, onEntry, text("extension_attribute_2")},
	{mapi.TagAddressBookExtensionAttribute3, onEntry, text("extension_attribute_3")},
	{mapi.TagAddressBookExtensionAttribute4, onEntry, text("extension_attribute_4")},
	{mapi.TagAddressBookExtensionAttribute5, onEntry, text("extension_attribute_5")},
	{mapi.TagAddressBookExtensionAttribute6, onEntry, text("extension_attribute_6")},
	{mapi.TagAddressBookExtensionAttribute7, onEntry, text("extension_attribute_7")},
	{mapi.TagAddressBookExtensionAttribute8, onEntry, text("extension_attribute_8")},
	{mapi.TagAddressBookExtensionAttribute9, onEntry, text("extension_attribute_9")},
	{mapi.TagAddressBookExtensionAttribute10, onEntry, text("extension_attribute_10")},
	{mapi.TagAddressBookExtensionAttribute11, onEntry, text("extension_attribute_11")},
	{mapi.TagAddressBookExtensionAttribute12, onEntry, text("extension_attribute_12")},
	{mapi.TagAddressBookExtensionAttribute13, onEntry, text("extension_attribute_13")},
	{mapi.TagAddressBookExtensionAttribute14, onEntry, text("extension_attribute_14")},
	{mapi.TagAddressBookExtensionAttribute15, onEntry, text("extension_attribute_15")},
	{mapi.TagComment, onEntry, text("comment")},                                                                 // Comment
	{mapi.TagCreationTime, onEntry, func(s subject) prop.Value { return timeOrNone(s.entry.Created) }},          // CreationTime
	{mapi.TagLastModificationTime, onEntry, func(s subject) prop.Value { return timeOrNone(s.entry.Modified) }}, // LastModificationTime
	{mapi.TagAddressBookContainerId, onAll, containerID},                                                        // 2.2.2.3 AddressBookContainerId

	// 2.2.2: containers
	{mapi.TagContainerFlags, onList | onContainer, containerFlags},                                  // 2.2.2.1 ContainerFlags
	{mapi.TagDepth, onContainer, func(s subject) prop.Value { return prop.Uint32(s.bucket.depth) }}, // 2.2.2.2 Depth
	{mapi.TagAddressBookIsMaster, onContainer, fixed(prop.Bool(false))},                             // 2.2.2.4 IsMaster
	{mapi.TagAddressBookParentEntryId, onContainer, parentEntryID},                                  // 2.2.2.5 ParentEntryId

	// 2.2.4: people
	{mapi.TagSurname, onPerson, text("surname")},                                                                         // 2.2.4.1
	{mapi.TagGivenName, onPerson, text("given_name")},                                                                    // 2.2.4.2
	{mapi.TagInitials, onPerson, text("initials")},                                                                       // 2.2.4.3
	{mapi.TagTitle, onPerson, text("title")},                                                                             // 2.2.4.4
	{mapi.TagOfficeLocation, onEntry, text("office")},                                                                    // 2.2.4.5 OfficeLocation
	{mapi.TagDepartmentName, onEntry, text("department")},                                                                // 2.2.4.6 DepartmentName
	{mapi.TagCompanyName, onPerson, text("company")},                                                                     // 2.2.4.7 CompanyName
	{mapi.TagAssistant, onPerson, text("assistant")},                                                                     // 2.2.4.8
	{mapi.TagAddressBookManagerDistinguishedName, onPerson, managerDN},                                                   // 2.2.4.9 ManagerDistinguishedName
	{mapi.TagAddressBookPhoneticGivenName, onPerson, text("phonetic_given_name")},                                        // 2.2.4.10
	{mapi.TagAddressBookPhoneticSurname, onPerson, text("phonetic_surname")},                                             // 2.2.4.11
	{mapi.TagAddressBookPhoneticCompanyName, onPerson, text("phonetic_company")},                                         // 2.2.4.12
	{mapi.TagAddressBookPhoneticDepartmentName, onPerson, text("phonetic_department")},                                   // 2.2.4.13
	{mapi.TagStreetAddress, onPerson, text("street")},                                                                    // 2.2.4.14 StreetAddress
	{mapi.TagPostOfficeBox.WithType(mapi.PtypMultiString), onPerson, texts("post_office_box", 0)},                        // 2.2.4.15
	{mapi.TagLocality, onPerson, text("city")},                                                                           // 2.2.4.16 Locality
	{mapi.TagStateOrProvince, onPerson, text("state")},                                                                   // 2.2.4.17 StateOrProvince
	{mapi.TagPostalCode, onPerson, text("postal_code")},                                                                  // 2.2.4.18
	{mapi.TagCountry, onPerson, text("country")},                                                                         // 2.2.4.19
	{mapi.TagHomeAddressStreet, onPerson, text("home_street")},                                                           // 2.2.4.20
	{mapi.TagBusinessTelephoneNumber, onEntry, text("phone")},                                                            // 2.2.4.21 BusinessTelephoneNumber
	{mapi.TagHomeTelephoneNumber, onPerson, text("home_phones")},                                                         // 2.2.4.22 HomeTelephoneNumber
	{mapi.TagBusiness2TelephoneNumber, onPerson, textAt("phone", 1)},                                                     // 2.2.4.23 Business2TelephoneNumber
	{mapi.TagBusiness2TelephoneNumbers, onPerson, texts("phone", 1)},                                                     // 2.2.4.24
	{mapi.TagHome2TelephoneNumber, onPerson, textAt("home_phones", 1)},                                                   // 2.2.4.25 Home2TelephoneNumber
	{mapi.TagHome2TelephoneNumbers, onPerson, texts("home_phones", 1)},                                                   // 2.2.4.26
	{mapi.TagMobileTelephoneNumber, onPerson, text("mobile")},                                                            // 2.2.4.27
	{mapi.TagPagerTelephoneNumber, onPerson, text("pager")},                                                              // 2.2.4.28
	{mapi.TagPrimaryFaxNumber, onPerson, text("fax")},                                                                    // 2.2.4.29 PrimaryFaxNumber
	{mapi.TagTelexNumber.WithType(mapi.PtypMultiBinary), onPerson, telex},                                                // 2.2.4.30
	{mapi.TagAssistantTelephoneNumber, onPerson, text("assistant_phone")},                                                // 2.2.4.31
	{mapi.TagPrimaryTelephoneNumber, onEntry, text("phone")},                                                             // PrimaryTelephoneNumber
	{mapi.TagKeyword, onPerson, text("keyword")},                                                                         // 2.2.4.32
	{mapi.TagMessageHandlingSystemCommonName, onEntry, func(s subject) prop.Value { return stringOrNone(s.entry.Name) }}, // 2.2.4.33
	{mapi.TagAddressBookX509Certificate, onPerson, certificates},                                                         // 2.2.4.35 X509Certificate
	{mapi.TagUserX509Certificate, onPerson, userCertificates},                                                            // 2.2.4.36 UserX509Certificate
	{mapi.TagAddressBookHomeMessageDatabase.WithType(mapi.PtypObject), onUser, homeObject},                               // 2.2.4.37 HomeMessageDatabase
	{mapi.TagAddressBookHomeMessageDatabase, onUser, func(s subject) prop.Value { return prop.String(s.book.service.servers[home(s)].DatabaseDN()) }},
	{mapi.TagAddressBookNetworkAddress, onServer | onDatabase, networkAddresses}, // 2.2.4.38 NetworkAddress
	{mapi.TagThumbnailPhoto, onEntry, base64Value("photo")},                      // 2.2.4.40 ThumbnailPhoto
	{mapi.TagSpokenName, onEntry, base64Value("spoken_name")},                    // 2.2.4.41 SpokenName
	{mapi.TagHomeFaxNumber, onPerson, text("home_fax")},
	{mapi.TagBusinessFaxNumber, onPerson, text("business_fax")},
	{mapi.TagCallbackTelephoneNumber, onPerson, text("callback")},

	// 2.2.5, 2.2.6: references to other objects
	{mapi.TagAddressBookManager, onPerson, linked(mapi.TagAddressBookManager, false)},                                                // 2.2.5.1
	{mapi.TagAddressBookReports, onPerson, linked(mapi.TagAddressBookReports, false)},                                                // 2.2.5.2
	{mapi.TagAddressBookIsMemberOfDistributionList, onPerson | onList, linked(mapi.TagAddressBookIsMemberOfDistributionList, false)}, // 2.2.5.3
	{mapi.TagAddressBookOwnerBackLink, onPerson, linked(mapi.TagAddressBookOwnerBackLink, false)},                                    // 2.2.5.4
	{mapi.TagAddressBookPublicDelegates, onUser, linked(mapi.TagAddressBookPublicDelegates, false)},                                  // 2.2.5.5
	{mapi.TagAddressBookMember, onList, linked(mapi.TagAddressBookMember, true)},                                                     // 2.2.6.1
	{mapi.TagAddressBookOwner, onList | onFolder, linked(mapi.TagAddressBookOwner, false)},                                           // 2.2.6.2
	{mapi.TagContainerContents, onList, fixed(prop.ObjectNumber(0))},                                                                 // 2.2.6.3 ContainerContents
	{mapi.TagAddressBookDistributionListMemberCount, onList, memberCount},                                                            // 2.2.3.29

	// 2.2.9: rooms and equipment
	{mapi.TagAddressBookRoomCapacity, onUser, number("capacity")},
	{mapi.TagAddressBookRoomDescription, onUser, text("resource_description")},
})

func entryID(s subject) prop.Value {
	if s.eph {
		return prop.BinaryString(ephemeralEntryID(s.book.service.guid, s.typ, s.mid))
	}
	return permanentID(s)
}

func permanentID(s subject) prop.Value { return prop.BinaryString(permanentEntryID(s.typ, s.dn)) }

func instanceKey(s subject) prop.Value {
	return prop.Binary([]byte{byte(s.mid), byte(s.mid >> 8), byte(s.mid >> 16), byte(s.mid >> 24)})
}

func legacyDN(s subject) prop.Value { return stringOrNone(s.dn) }

// Object types, [MS-OXOABK] 2.2.3.10.
const (
	objectFolder    int32 = 3
	objectContainer int32 = 4
	objectMailUser  int32 = 6
	objectDistList  int32 = 8
)

func objectType(s subject) prop.Value {
	switch s.kind {
	case onList:
		return prop.Int32(objectDistList)
	case onFolder:
		return prop.Int32(objectFolder)
	case onContainer:
		return prop.Int32(objectContainer)
	}
	return prop.Int32(objectMailUser)
}

func alias(s subject) prop.Value {
	if s.entry == nil {
		return stringOrNone(s.name)
	}
	return stringOrNone(s.entry.Name)
}

func targetAddress(s subject) prop.Value {
	if s.entry.Mail == "" {
		return prop.Value{}
	}
	return prop.String("SMTP:" + s.entry.Mail)
}

func receiveLimit(s subject) prop.Value {
	if s.entry.Quota.Receive == 0 {
		return prop.Value{}
	}
	return prop.Uint32(s.entry.Quota.Receive)
}

func containerID(s subject) prop.Value {
	if s.bucket != nil {
		return prop.Uint32(s.bucket.mid)
	}
	return prop.Uint32(midGAL)
}

func containerFlags(s subject) prop.Value {
	if s.bucket != nil {
		return prop.Uint32(s.bucket.flags)
	}
	return prop.Uint32(containerRecipients | containerUnmodifiable)
}

func parentEntryID(s subject) prop.Value {
	if s.bucket.depth == 0 {
		return prop.Value{}
	}
	return prop.BinaryString(permanentEntryID(dtContainer, containerByMId(s.bucket.parent).dn()))
}

func managerDN(s subject) prop.Value {
	if m := s.book.snap.ByName(first(s.entry.Attributes["manager"])); m != nil {
		return prop.String(m.DN)
	}
	return prop.Value{}
}

func memberCount(s subject) prop.Value {
	if s.entry.Kind != store.ListEntry {
		return prop.Value{}
	}
	return prop.Int32(int32(len(s.entry.Members)))
}

func telex(s subject) prop.Value {
	all := s.entry.Attributes["telex"]
	if len(all) == 0 {
		return prop.Value{}
	}
	return prop.Multi(mapi.PtypMultiBinary, all)
}

func certificates(s subject) prop.Value {
	if len(s.entry.Certificates) == 0 {
		return prop.Value{}
	}
	out := make([]string, len(s.entry.Certificates))
	for i, c := range s.entry.Certificates {
		out[i] = string(c)
	}
	return prop.Multi(mapi.PtypMultiBinary, out)
}

func timeOrNone(t mapi.FileTime) prop.Value {
	if t == 0 {
		return prop.Value{}
	}
	return prop.Time(t)
}

// userCertificates are the values NspiModProps added to PidTagUserX509Certificate, kept in base64.
func userCertificates(s subject) prop.Value {
	var out []string
	for _, text := range s.entry.Attributes["user_x509_certificates"] {
		if b, err := base64.StdEncoding.DecodeString(text); err == nil {
			out = append(out, string(b))
		}
	}
	if len(out) == 0 {
		return prop.Value{}
	}
	return prop.Multi(mapi.PtypMultiBinary, out)
}
