package detect

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strings"
	"unsafe"
)

// shortestPrint is the least a value must have for its print: shorter ones are equal by chance.
const shortestPrint = 6

// drawKey draws the key of prints. It is drawn for each process and never shown, so that a print tells nothing to anybody who
// has only the print.
func drawKey() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the process instead
	return key
}

// Print gives the print of a value, for comparison with those of exposures; 0 for one that is too short to tell anything. White space
// around the value does not count, since files and pipes add line ends.
func (d *Detector) Print(value string) uint64 {
	value = strings.TrimSpace(value)
	if len(value) < shortestPrint {
		return 0
	}
	return d.hash(value)
}

// hash hashes a value in place, without a copy of it. What remains of it is out of reach: the hash copies its own state to what it
// works with on the stack, which goes with the next calls.
func (d *Detector) hash(value string) uint64 {
	h := hmac.New(sha256.New, d.key)
	h.Write(unsafe.Slice(unsafe.StringData(value), len(value)))
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	wipe(h)
	// A print of 0 means that there is none.
	return max(binary.LittleEndian.Uint64(sum[:]), 1)
}

// wipe writes over the end of a value, less than one block, that a hash keeps.
func wipe(h hash.Hash) {
	h.Reset()
	var zeros [sha256.BlockSize - 1]byte
	h.Write(zeros[:])
}
