package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"
)

// number derives an evenly spread number from what it is given, so that no
// part of the cluster depends on chance.
func number(parts ...any) uint64 {
	sum := sha256.Sum256([]byte(fmt.Sprintln(parts...)))
	return binary.BigEndian.Uint64(sum[:])
}

func uid(o object) types.UID {
	return uuid(o.GetObjectKind().GroupVersionKind().GroupKind().String() + "/" + o.GetNamespace() + "/" + o.GetName())
}

// uuid derives a UUID from a text.
func uuid(of string) types.UID {
	sum := sha256.Sum256([]byte(of))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // RFC 9562, version 4
	h := hex.EncodeToString(sum[:16])
	return types.UID(strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-"))
}

// suffix is the five characters that a controller appends to a generated name,
// from the alphabet of k8s.io/apimachinery/pkg/util/rand.
func suffix(parts ...any) string {
	const alphabet = "bcdfghjklmnpqrstvwxz2456789"
	n := number(parts...)
	out := make([]byte, 5)
	for i := range out {
		out[i] = alphabet[n%uint64(len(alphabet))]
		n /= uint64(len(alphabet))
	}
	return string(out)
}

// templateHash has the shape of a pod-template-hash: FNV-32a made name-safe.
func templateHash(template any) string {
	data, err := json.Marshal(template)
	if err != nil {
		panic(err) // API types always marshal
	}
	h := fnv.New32a()
	_, _ = h.Write(data) // a hash never fails
	return rand.SafeEncodeString(fmt.Sprint(h.Sum32()))
}

// image splits a reference into repository, tag and digest.
func image(ref string) (repository, tag, digest string) {
	repository, digest, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		repository, tag = repository[:i], repository[i+1:]
	}
	return repository, tag, digest
}

// digestOf is the digest that a reference runs with: the pinned one, else the
// SHA-256 of its name, by the rule of the simulator of canopy-lab, so that the
// reports name the same digests in both. The manifests pin by that rule too.
func digestOf(ref string) string {
	repository, tag, digest := image(ref)
	if digest != "" {
		return digest
	}
	sum := sha256.Sum256([]byte(repository + ":" + tag))
	return "sha256:" + hex.EncodeToString(sum[:])
}
