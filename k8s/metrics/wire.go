package metrics

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

var (
	errForm  = errors.New("it is no protobuf of Kubernetes")
	errLarge = errors.New("it is larger than what a cluster can have")
)

// magic begins every object that Kubernetes writes as protobuf; what follows is an envelope with the name of the kind and the object.
const magic = "k8s\x00"

// The numbers of the fields that are read, from the generated.proto of the packages runtime, meta/v1, metrics/v1beta1 and resource.
const (
	envelopeType, envelopeRaw       = 1, 2
	typeKind                        = 2
	listItems                       = 2
	itemMeta, itemTime, itemUsage   = 1, 2, 4
	metaName, metaNamespace         = 1, 3
	timeSeconds                     = 1
	containerName, containerUsage   = 1, 2
	entryKey, entryValue, quantityS = 1, 2, 1
)

// stream reads protobuf as it comes, one field of an outer message after the other. Only items are held, one at a time.
type stream struct {
	r    *bufio.Reader
	left int64
}

// field reads what stands before the content of a field. A field that has no length gives zero for it, and is passed over.
func (s *stream) field() (number int, size int64, err error) {
	tag, err := s.varint()
	if err != nil {
		// The end, if it is between two fields.
		return 0, 0, err
	}
	switch tag & 7 {
	case 0:
		_, err = s.varint()
	case 1:
		err = s.skip(8)
	case 5:
		err = s.skip(4)
	case 2:
		var n uint64
		if n, err = s.varint(); err == nil && n > math.MaxInt64 {
			err = errForm
		}
		return int(tag >> 3 & math.MaxInt32), int64(n), inside(err)
	default:
		err = errForm
	}
	return 0, 0, inside(err)
}

// inside makes of an end where more has to come an early one.
func inside(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (s *stream) varint() (uint64, error) {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		if s.left <= 0 {
			if shift > 0 {
				return 0, io.ErrUnexpectedEOF
			}
			return 0, io.EOF
		}
		b, err := s.r.ReadByte()
		if err != nil {
			return 0, err
		}
		s.left--
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, nil
		}
	}
	return 0, errForm
}

func (s *stream) skip(n int64) error {
	if n > s.left {
		return io.ErrUnexpectedEOF
	}
	s.left -= n
	_, err := io.CopyN(io.Discard, s.r, n)
	return err
}

// bytes reads n bytes into a buffer that it makes longer where need be.
func (s *stream) bytes(n int64, buffer []byte) ([]byte, error) {
	if n > itemLimit {
		return nil, fmt.Errorf("%w: one object of %d bytes", errLarge, n)
	}
	if n > s.left {
		return nil, io.ErrUnexpectedEOF
	}
	if int64(cap(buffer)) < n {
		buffer = make([]byte, n+n/4)
	}
	buffer = buffer[:n]
	s.left -= n
	_, err := io.ReadFull(s.r, buffer)
	return buffer, inside(err)
}

// fields calls f with the fields of a message that is held: the bytes of those that have a length, the numbers of others. It tells
// whether the message is sound.
func fields(message []byte, f func(number int, content []byte, value uint64) bool) bool {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return false
		}
		message = message[n:]
		var value uint64
		var content []byte
		var size int
		switch tag & 7 {
		case 0:
			if value, size = binary.Uvarint(message); size <= 0 {
				return false
			}
		case 1:
			size = 8
		case 5:
			size = 4
		case 2:
			length, n := binary.Uvarint(message)
			if n <= 0 || length > uint64(len(message)-n) {
				return false
			}
			content, size = message[n:n+int(length)], n+int(length)
		default:
			return false
		}
		if size > len(message) {
			return false
		}
		message = message[size:]
		if !f(int(tag>>3&math.MaxInt32), content, value) {
			return false
		}
	}
	return true
}
