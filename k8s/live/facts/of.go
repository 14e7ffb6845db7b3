package facts

import (
	"bytes"
	"cmp"
	"slices"
	"unsafe"

	corev1 "k8s.io/api/core/v1"

	"canopy/k8s/live/sieve"
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
		certificates, weak := PEM(key, value)
		f.Certificates = append(f.Certificates, certificates...)
		f.WeakKeys = append(f.WeakKeys, weak...)
		switch {
		case secret.Type == string(corev1.SecretTypeDockerConfigJson) && key == corev1.DockerConfigJsonKey:
			f.Registries = append(f.Registries, registries(value, "auths")...)
		case secret.Type == string(corev1.SecretTypeDockercfg) && key == corev1.DockerConfigKey:
			f.Registries = append(f.Registries, registries(value)...)
		}
		if printer != nil {
			f.Prints = append(f.Prints, prints(value, printer)...)
		}
	}
	f.WeakKeys = sorted(f.WeakKeys)
	f.Registries = sorted(f.Registries)
	f.Prints = sorted(f.Prints)
	return f
}

func sorted[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// registries names those that a docker configuration has credentials for.
func registries(value []byte, path ...string) []string {
	// What of it is no JSON has no names.
	names, _ := sieve.Keys(bytes.NewReader(value), path...)
	return names
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
