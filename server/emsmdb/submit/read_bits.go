package submit

import "github.com/mapid/mapid/internal/mapi"

// readReserved are bits of ReadFlags that are ignored, [MS-OXCMSG] 2.2.3.10.1.
const readReserved uint8 = 0x0A

// ReadBits turns ReadFlags into bits of PidTagMessageFlags and the mask of those that change.
func ReadBits(flags uint8, everRead bool) (set, mask uint32, err error) {
	if flags&^(mapi.ReadFlagSuppressReceipt|readReserved|mapi.ReadFlagClearReadFlag|mapi.ReadFlagGenerateReceiptOnly|mapi.ReadFlagClearNotifyRead|mapi.ReadFlagClearNotifyUnread) != 0 {
		return 0, 0, mapi.ErrInvalidParameter
	}
	if flags&mapi.ReadFlagClearReadFlag != 0 && flags&mapi.ReadFlagGenerateReceiptOnly != 0 {
		return 0, 0, mapi.ErrInvalidParameter
	}
	read := mapi.MfRead
	if everRead {
		read |= mapi.MfEverRead
	}
	switch {
	case flags&mapi.ReadFlagGenerateReceiptOnly != 0:
	case flags&mapi.ReadFlagClearReadFlag != 0:
		mask |= read
	case flags&(mapi.ReadFlagClearNotifyRead|mapi.ReadFlagClearNotifyUnread) != 0 && flags&^(mapi.ReadFlagClearNotifyRead|mapi.ReadFlagClearNotifyUnread|readReserved) == 0:
	default:
		set, mask = read, read
		if flags&mapi.ReadFlagSuppressReceipt != 0 {
			mask |= mapi.MfNotifyRead
		}
	}
	if flags&mapi.ReadFlagClearNotifyRead != 0 {
		mask |= mapi.MfNotifyRead
	}
	if flags&mapi.ReadFlagClearNotifyUnread != 0 {
		mask |= mapi.MfNotifyUnread
	}
	return set, mask, nil
}
