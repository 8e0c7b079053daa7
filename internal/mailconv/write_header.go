package mailconv

import (
	"io"

	"github.com/mapid/mapid/internal/mapi"
)

// WriteHeader writes the header fields of a message as Write does, but for those of its body.
func WriteHeader(w io.Writer, m *Message, o WriteOptions) error {
	return newFieldWriter(m, o, reportOf(m.text(mapi.TagMessageClass)) != "").write(w)
}

// Diagnosis returns what X.400 calls the failure that an enhanced status code such as 5.1.1 stands for,
// PidTagNonDeliveryReportDiagCode and PidTagNonDeliveryReportReasonCode, [MS-OXCMAIL] 2.2.3.7.1.3, and the code as
// PidTagNonDeliveryReportStatusCode has it.
func Diagnosis(status string) (diagnostic, reason, code int32) {
	kind, subject, detail, ok := parseStatus(status)
	if !ok {
		return -1, 0, 0
	}
	d := diagnosisOf(subject, detail)
	return d.diagnostic, d.reason, int32(100*kind + 10*subject + detail)
}
