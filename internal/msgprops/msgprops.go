// Package msgprops holds what the server derives about messages and folders from other properties: identifiers that are
// computed rather than stored, [MS-OXCDATA] 2.2, and what a message is given when it is created and when it is saved,
// [MS-OXCMSG] 3.2.5. Every function is pure: random bytes, time and identities come from the caller.
package msgprops
