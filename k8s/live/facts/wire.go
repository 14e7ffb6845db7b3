package facts

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// ErrForm tells that a Secret did not come in the form that was asked for. No error of this package says more: what it would
// quote may be a value.
var ErrForm = errors.New("the server did not send a Secret as protobuf")

// Secret is a Secret as it came over the wire. All its slices point into what it was read from.
type Secret struct {
	Type    string
	Version string
	// Keys and Values are those of its data, in the order of the wire.
	Keys   []string
	Values [][]byte
}

// Read finds the values in an answer of the API server without copying any, so that whoever clears the answer has cleared them.
// The numbers of fields are those of generated.proto of apimachinery's runtime (Unknown), its meta/v1 (ObjectMeta) and of
// k8s.io/api/core/v1 (Secret).
func Read(answer []byte) (*Secret, error) {
	unknown, ok := bytes.CutPrefix(answer, []byte("k8s\x00"))
	if !ok {
		return nil, ErrForm
	}
	s := &Secret{}
	var raw []byte
	if err := fields(unknown, func(number uint64, data []byte) error {
		if number == 2 {
			raw = data
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return s, fields(raw, func(number uint64, data []byte) error {
		switch number {
		case 1:
			return fields(data, func(number uint64, data []byte) error {
				if number == 6 {
					s.Version = string(data)
				}
				return nil
			})
		case 2:
			return s.entry(data)
		case 3:
			s.Type = string(data)
		}
		return nil
	})
}

func (s *Secret) entry(data []byte) error {
	var key string
	var value []byte
	err := fields(data, func(number uint64, data []byte) error {
		switch number {
		case 1:
			key = string(data)
		case 2:
			value = data
		}
		return nil
	})
	s.Keys, s.Values = append(s.Keys, key), append(s.Values, value)
	return err
}

// fields goes through the fields of a message that have a length; others are passed over.
func fields(data []byte, do func(number uint64, data []byte) error) error {
	for len(data) > 0 {
		tag, n := binary.Uvarint(data)
		if n <= 0 {
			return ErrForm
		}
		data = data[n:]
		var size uint64
		switch tag & 7 {
		case 0:
			if _, n = binary.Uvarint(data); n <= 0 {
				return ErrForm
			}
			size = uint64(n)
		case 1:
			size = 8
		case 2:
			length, n := binary.Uvarint(data)
			if n <= 0 || length > uint64(len(data)-n) {
				return ErrForm
			}
			if err := do(tag>>3, data[n:n+int(length)]); err != nil {
				return err
			}
			size = uint64(n) + length
		case 5:
			size = 4
		default:
			return ErrForm
		}
		if size > uint64(len(data)) {
			return ErrForm
		}
		data = data[size:]
	}
	return nil
}
