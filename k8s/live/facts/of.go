package facts

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unsafe"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/pieces"
	"canopy/model/record"
)

// Printer gives equal numbers for equal values, and keeps nothing of them.
type Printer interface {
	Print(value string) uint64
}

// Of derives what may be told of a Secret. With a nil printer there are no prints.
func Of(secret *Secret, printer Printer) *record.SecretFacts {
	f := &record.SecretFacts{Version: secret.Version}
	for i, value := range secret.Values {
		key := secret.Keys[i]
		certificates, weak := PEM(told(printer, key), value)
		f.Certificates = append(f.Certificates, certificates...)
		f.WeakKeys = append(f.WeakKeys, weak...)
		switch {
		case secret.Type == string(corev1.SecretTypeDockerConfigJson) && key == corev1.DockerConfigJsonKey:
			f.Registries = append(f.Registries, registries(value, printer, "auths")...)
		case secret.Type == string(corev1.SecretTypeDockercfg) && key == corev1.DockerConfigKey:
			f.Registries = append(f.Registries, registries(value, printer)...)
		}
		if printer != nil && secretive(secret, key, value) {
			f.Prints = append(f.Prints, prints(value, printer)...)
		}
	}
	f.WeakKeys = sorted(f.WeakKeys)
	f.Registries = sorted(f.Registries)
	f.Prints = each(f.Prints)
	return f
}

func sorted[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// each leaves of equal numbers the first. Prints are kept in the order of the values: their own differs from one process to the next.
func each(list []uint64) []uint64 {
	seen := make(map[uint64]struct{}, len(list))
	return slices.DeleteFunc(list, func(n uint64) bool {
		_, twice := seen[n]
		seen[n] = struct{}{}
		return twice
	})
}

// secretive tells that a copy of a value would give something away. Certificates are shown to everybody, and stand in many places, as do
// names of users and hosts and the namespace of an account.
func secretive(secret *Secret, key string, value []byte) bool {
	if secret.Type == string(corev1.SecretTypeServiceAccountToken) && key != corev1.ServiceAccountTokenKey || pieces.Public(key) {
		return false
	}
	return !bytes.Contains(value, []byte("-----BEGIN CERTIFICATE-----")) || bytes.Contains(value, []byte("PRIVATE KEY-----"))
}

// prints gives those of a value, as it is and without white space around it, as a text in an object would be; of the password, where it
// is a URL; and of the values in it, where it has lines such as NAME=value.
func prints(value []byte, printer Printer) (list []uint64) {
	give := func(text string) {
		if len(text) >= pieces.Shortest {
			list = append(list, printer.Print(text))
		}
	}
	give(view(value))
	trimmed := bytes.TrimSpace(value)
	if len(trimmed) < len(value) {
		give(view(trimmed))
	}
	give(pieces.Password(view(trimmed)))
	if bytes.Contains(trimmed, []byte("PRIVATE KEY-----")) {
		return list
	}
	for line := range strings.Lines(view(trimmed)) {
		if name, _, ok := strings.Cut(line, "="); !ok || strings.ContainsAny(name, ":{\"") {
			continue
		}
		pieces.Line(line, func(name, value string) {
			if !pieces.Public(name) {
				give(value)
				give(pieces.Password(value))
			}
		})
	}
	return list
}

// view gives bytes as a text without copying them, for a callee that keeps nothing: a copy could not be cleared.
func view(value []byte) string { return unsafe.String(unsafe.SliceData(value), len(value)) }
