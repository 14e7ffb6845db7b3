package model

import (
	"encoding/binary"
	"sync/atomic"
)

// Sample is one measurement.
type Sample struct {
	// At is in seconds since 1970; CPU in thousandths of a core, Memory in bytes (working set), each as an average over a window before.
	At          int64
	CPU, Memory int64
}

// Series is a history, the oldest first. It is immutable: Append gives another one, which shares what both hold. A nil Series is empty.
//
// Samples are kept as differences from the one before, in as few bytes as each takes: sixty of them are some 300 bytes, where the samples
// themselves would be 1,440, and there is a Series for every container.
type Series struct {
	last  Sample
	tape  *tape
	end   int
	skip  uint32
	count uint32
}

// tape holds the bytes of a Series and of those that came of it by Append. Only what lies behind used is ever written, so nobody sees what
// he read change.
type tape struct {
	used  atomic.Int64
	bytes []byte
}

// NewSeries gives a series of samples; one that is not later than the one before it is left out.
func NewSeries(samples ...Sample) *Series {
	var s *Series
	for _, x := range samples {
		s = s.Append(x, len(samples))
	}
	return s
}

// Len is the number of samples.
func (s *Series) Len() int {
	if s == nil {
		return 0
	}
	return int(s.count)
}

// Last is the newest sample; false where there is none.
func (s *Series) Last() (Sample, bool) {
	if s.Len() == 0 {
		return Sample{}, false
	}
	return s.last, true
}

// All gives the samples, the oldest first, in a slice of the caller's own.
func (s *Series) All() []Sample { return s.Tail(s.Len()) }

// Tail gives the n newest samples, or all where there are fewer, the oldest first, in a slice of the caller's own.
func (s *Series) Tail(n int) []Sample {
	n = min(n, s.Len())
	if n <= 0 {
		return nil
	}
	samples := make([]Sample, 0, n)
	pass := int(s.skip) + s.Len() - n
	var x Sample
	for rest := s.tape.bytes[:s.end]; len(rest) > 0; pass-- {
		x, rest = next(x, rest)
		if pass <= 0 {
			samples = append(samples, x)
		}
	}
	return samples
}

// Append gives the series with one more sample, and without the oldest where it would hold more than keep. A sample that is not later than
// the newest adds nothing. It may be called by many goroutines, and more than once on the same series.
func (s *Series) Append(x Sample, keep int) *Series {
	keep = max(keep, 1)
	if s.Len() == 0 {
		return begin([]Sample{x})
	}
	if x.At <= s.last.At {
		return s
	}
	longer := &Series{last: x, tape: s.tape, skip: s.skip, count: s.count + 1}
	if over := int(longer.count) - keep; over > 0 {
		longer.skip, longer.count = longer.skip+uint32(over), uint32(keep)
	}
	var buffer [most]byte
	code := step(buffer[:0], s.last, x)
	longer.end = s.end + len(code)
	// What is left out still takes room, until it is a quarter.
	if int(longer.skip)*4 <= keep && longer.end <= len(s.tape.bytes) && s.tape.used.CompareAndSwap(int64(s.end), int64(longer.end)) {
		copy(s.tape.bytes[s.end:], code)
		return longer
	}
	return begin(append(s.Tail(keep-1), x))
}

// begin writes samples to a tape of their own, with room for a few more.
func begin(samples []Sample) *Series {
	code := make([]byte, 0, most+8*len(samples))
	var before Sample
	for _, x := range samples {
		code = step(code, before, x)
		before = x
	}
	// A first tape has room for eight samples of five bytes, a later one for a quarter more.
	t := &tape{bytes: make([]byte, len(code)+max(len(code)/4, 40))}
	copy(t.bytes, code)
	t.used.Store(int64(len(code)))
	return &Series{last: before, tape: t, end: len(code), count: uint32(len(samples))}
}

const (
	// most is the most bytes that one sample takes: three whole numbers, and a byte that says how the third is counted.
	most = 3*binary.MaxVarintLen64 + 1
	// kibi is what runtimes mostly count memory in.
	kibi = 1024
)

// step writes how a sample differs from the one before. A difference may overflow, and is taken back by the same arithmetic.
func step(to []byte, before, x Sample) []byte {
	to = binary.AppendVarint(to, x.At-before.At)
	to = binary.AppendVarint(to, x.CPU-before.CPU)
	memory := x.Memory - before.Memory
	if memory%kibi != 0 {
		return binary.AppendVarint(append(to, 1), memory)
	}
	// An even number, so that it is never the 1 above. Ten of the 64 bits were divided away, so the shift loses none.
	memory /= kibi
	return binary.AppendUvarint(to, (uint64(memory)<<1^uint64(memory>>63))<<1)
}

// next reads what step wrote.
func next(before Sample, from []byte) (Sample, []byte) {
	var d [2]int64
	for i := range d {
		v, n := binary.Varint(from)
		d[i], from = v, from[n:]
	}
	mark, n := binary.Uvarint(from)
	from = from[n:]
	memory := int64(mark>>2) ^ -int64(mark>>1&1)
	if mark == 1 {
		memory, n = binary.Varint(from)
		from = from[n:]
	} else {
		memory *= kibi
	}
	return Sample{At: before.At + d[0], CPU: before.CPU + d[1], Memory: before.Memory + memory}, from
}
