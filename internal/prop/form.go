package prop

// Form chooses the width of the counts in values, restrictions and rule actions, [MS-OXCDATA] 2.11.1.1.
type Form uint8

const (
	// ROPForm is the form of ROP buffers: 16-bit sizes of binaries and 16-bit counts in restrictions and rule
	// actions. The count of a multiple-value property has 32 bits: the text says 16, but every implementation
	// and analyser of ROP buffers reads and writes 32.
	ROPForm Form = iota
	// ExtendedForm is the form of extended rules, [MS-OXORULE] 2.2.4: all of these counts have 32 bits.
	ExtendedForm
)

// maxSize returns the largest size of a binary that the form can express.
func (f Form) maxSize() int {
	if f == ROPForm {
		return 0xFFFF
	}
	return 0x7FFFFFFF
}

// countSize returns the number of bytes of a count.
func (f Form) countSize() int {
	if f == ROPForm {
		return 2
	}
	return 4
}
