package sieve

import (
	"bytes"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model/record"
)

// List reads a list of the API and hands on what is wanted of each item; the bytes are good until the next one.
func (s *Sieve) List(fields record.Fields, do func(item []byte) error) (*metav1.ListMeta, error) {
	info := &metav1.ListMeta{}
	var item bytes.Buffer
	found := false
	err := s.members(func(key []byte) error {
		switch string(key) {
		case "metadata":
			item.Reset()
			if err := s.in.value(&item); err != nil {
				return err
			}
			return json.Unmarshal(item.Bytes(), info)
		case "items":
			found = true
			if c, err := s.in.peek(); err != nil || c != '[' {
				return s.in.value(nil)
			}
			return s.elements(func(byte) error {
				item.Reset()
				if err := s.value(fields, &item); err != nil {
					return err
				}
				return do(item.Bytes())
			})
		}
		return s.in.value(nil)
	})
	if err == nil && !found {
		err = fmt.Errorf("%w: no list", errSyntax)
	}
	return info, err
}
