package facts

import (
	"bytes"
	"cmp"
	"slices"
	"unsafe"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
)

// shortest is the length of the shortest value that has a print: shorter ones are equal by chance.
const shortest = 8

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
		if printer != nil {
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

// prints gives those of a value, as it is and without white space around it, as a text in an object would be.
func prints(value []byte, printer Printer) (list []uint64) {
	if len(value) >= shortest {
		list = append(list, printer.Print(view(value)))
	}
	if trimmed := bytes.TrimSpace(value); len(trimmed) >= shortest && len(trimmed) < len(value) {
		list = append(list, printer.Print(view(trimmed)))
	}
	return list
}

// view gives bytes as a text without copying them, for a callee that keeps nothing: a copy could not be cleared.
func view(value []byte) string { return unsafe.String(unsafe.SliceData(value), len(value)) }
