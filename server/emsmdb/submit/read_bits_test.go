package submit

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
)

// TestReadBits goes through every value of ReadFlags: bits that change are those that concern reading, nothing is set that
// does not change, and what contradicts itself is refused, [MS-OXCMSG] 2.2.3.10.1.
func TestReadBits(t *testing.T) {
	t.Parallel()
	const reading = mapi.MfRead | mapi.MfEverRead | mapi.MfNotifyRead | mapi.MfNotifyUnread
	const known = mapi.ReadFlagSuppressReceipt | readReserved | mapi.ReadFlagClearReadFlag | mapi.ReadFlagGenerateReceiptOnly |
		mapi.ReadFlagClearNotifyRead | mapi.ReadFlagClearNotifyUnread
	for f := range 256 {
		flags := uint8(f)
		for _, everRead := range []bool{true, false} {
			r, err := ReadBits(flags, everRead)
			set, mask := r.Set, r.Mask
			if refused := flags&^known != 0 || flags&mapi.ReadFlagClearReadFlag != 0 && flags&mapi.ReadFlagGenerateReceiptOnly != 0; refused != (err != nil) {
				t.Errorf("%#x: %v", flags, err)
			}
			if err != nil {
				continue
			}
			if set&^mask != 0 || mask&^reading != 0 || !everRead && mask&mapi.MfEverRead != 0 {
				t.Errorf("%#x: set %#x of %#x", flags, set, mask)
			}
			if everRead && set&mapi.MfRead != 0 != (set&mapi.MfEverRead != 0) {
				t.Errorf("%#x: mfEverRead is not set with mfRead: %#x", flags, set)
			}
			if flags&mapi.ReadFlagClearReadFlag != 0 && (set&mapi.MfRead != 0 || mask&mapi.MfRead == 0) {
				t.Errorf("%#x does not clear mfRead: set %#x of %#x", flags, set, mask)
			}
			if flags&mapi.ReadFlagGenerateReceiptOnly != 0 && mask&mapi.MfRead != 0 {
				t.Errorf("%#x touches mfRead", flags)
			}
			if flags&mapi.ReadFlagSuppressReceipt != 0 && flags&mapi.ReadFlagGenerateReceiptOnly == 0 && r.receipt {
				t.Errorf("%#x: a receipt that is suppressed is sent", flags)
			}
			if without, _ := ReadBits(flags&^readReserved, everRead); without != r {
				t.Errorf("%#x: reserved bits matter", flags)
			}
		}
	}
}
