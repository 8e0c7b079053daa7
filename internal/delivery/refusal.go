package delivery

// refusal is why somebody does not get a message: an enhanced status code, RFC 3463, and what it says to people and to
// administrators.
type refusal struct {
	status, text, detail string
}

// The reasons that there are, with the codes Exchange gives them.
var (
	unresolved = refusal{"5.1.3", "The address is missing, or it is not one that mail can be sent to.", "RESOLVER.ADR.InvalidSmtp; invalid address"}
	unknown    = refusal{"5.1.1", "Nobody here has this address. Check it, and send the message again.", "RESOLVER.ADR.RecipNotFound; not found"}
	disabled   = refusal{"5.2.1", "The mailbox is disabled and takes no mail.", "STOREDRV.Deliver; mailbox disabled"}
	full       = refusal{"5.2.2", "The mailbox is full and takes no mail now.", "STOREDRV.Deliver; mailbox full"}
	missing    = refusal{"5.2.0", "The mailbox or folder is not there any more.", "STOREDRV.Deliver; mailbox missing"}
	looping    = refusal{"5.4.6", "The message has passed too many servers: it goes round in circles.", "ROUTING.LoopDetected; hop count exceeded"}
	notAllowed = refusal{"5.7.1", "You may not send messages on behalf of the sender that you chose.", "RESOLVER.RST.SendAsDenied; not authorized"}
	refused    = refusal{"5.0.0", "The message was refused.", "refused"}
)

// refusals are those that a submission can carry by their code.
var refusals = map[string]refusal{notAllowed.status: notAllowed, looping.status: looping}

// refusalOf is the reason with a code.
func refusalOf(status string) refusal {
	if r, ok := refusals[status]; ok {
		return r
	}
	r := refused
	r.status = status
	return r
}
