package admission

import (
	"fmt"
	"strings"
)

// References to images are read by regular expressions in the grammar of package reference, since CEL has no function for them. Which
// of two grammars holds is decided by the part before the first slash: with a dot, a port or capitals, and as localhost, it is a host.
const (
	hostPart  = `(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`
	hostForm  = `(?:` + hostPart + `(?:\.` + hostPart + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
	pathPart  = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
	pathForm  = pathPart + `(?:/` + pathPart + `)*`
	pinForm   = `@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})`
	restForm  = pathForm + `(?::\w[\w.-]{0,127})?(?:` + pinForm + `)?$`
	hostFirst = `^(?:[^/]*[.:A-Z][^/]*|localhost)/`
	bareHex   = `^[a-f0-9]{64}$`
)

// hosted tells that a reference names its registry.
func hosted(i string) string { return i + ".matches(" + quote(hostFirst) + ")" }

// readable tells that a reference can be read: what cannot no runtime pulls. What looks like a host and cannot be one may still be
// the beginning of a path.
func readable(i string) string {
	return "(" + anyOf(i+".matches("+quote("^"+restForm)+") && !"+i+".matches("+quote(bareHex)+")",
		hosted(i)+" && "+i+".matches("+quote("^"+hostForm+"/"+restForm)+")") + ")"
}

// pinned tells that a reference that can be read has a digest.
func pinned(i string) string { return i + ".contains('@')" }

// repository gives the registry and repository of a reference, as runtimes normalise them, as the only item of a list.
func repository(i string) string {
	return "[" + i + ".split('@')[0]]" +
		".map(n, n.lastIndexOf(':') > n.lastIndexOf('/') ? n.substring(0, n.lastIndexOf(':')) : n)" +
		".map(n, " + hosted("n") + " ? n.substring(0, n.indexOf('/')).lowerAscii() + n.substring(n.indexOf('/')) : 'docker.io/' + n)" +
		".map(n, n.startsWith('index.docker.io/') ? n.substring(6) : n)" +
		`.map(n, n.matches('^docker[.]io/[^/]+$') ? 'docker.io/library/' + n.substring(10) : n)`
}

// images is a rule on what containers and volumes name. The condition is on the expression of a reference, and on that of the policy
// by which it is pulled.
func images(condition func(image, policy string) string, says string) podRule {
	return podRule{
		pod:       []string{volumes("has(v.image) && "+condition("v.image.?reference.orValue('')", "v.image.?pullPolicy.orValue('Always')"), says)},
		container: condition("c.?image.orValue('')", "c.?imagePullPolicy.orValue('Always')"), says: says,
	}
}

// imageRuleOf gives a rule on images by its id.
func imageRuleOf(id string) (podRule, bool) {
	switch id {
	case "IM01":
		return images(func(i, _ string) string {
			return allOf(readable(i), "!"+pinned(i), "!"+i+".matches('[:][^/:]+$') || "+i+".endsWith(':latest')")
		}, "has an image without a tag, or latest"), true
	case "IM02":
		return images(func(i, _ string) string {
			return allOf(i+" != ''", "!("+allOf(pinned(i), readable(i))+")")
		}, "has an image without a digest"), true
	case "IM04":
		return images(func(i, policy string) string {
			return allOf(policy+" != 'Always'", readable(i), "!"+pinned(i))
		}, "names a tag, and imagePullPolicy is not Always"), true
	case "IM07":
		return images(func(i, _ string) string {
			return allOf(readable(i), "!"+hosted(i)+" || "+repository(i)+".exists(n, "+within("n", retired()...)+")")
		}, "has an image from a registry without updates, or of which the registry is not named"), true
	}
	return podRule{}, false
}

// retired lists what IM07 knows to get no updates, as reference.Deprecated does: registries and parts of them.
func retired() []string {
	return []string{
		"k8s.gcr.io", "us.gcr.io/k8s-artifacts-prod", "eu.gcr.io/k8s-artifacts-prod", "asia.gcr.io/k8s-artifacts-prod", "gcr.io/google-containers",
		"gcr.io/google_containers", "gcr.io/kubebuilder/kube-rbac-proxy", "docker.io/bitnamilegacy",
	}
}

// within tells that a repository, or a path, is one of some places or lies below one; of a place that ends in a slash only what lies
// below counts.
func within(name string, places ...string) string {
	var exact, below []string
	for _, p := range places {
		if whole := strings.TrimSuffix(p, "/"); whole == p {
			exact = append(exact, p)
		}
		below = append(below, strings.TrimSuffix(p, "/")+"/")
	}
	var either []string
	if len(exact) > 0 {
		either = append(either, isOneOf(name, exact...))
	}
	return anyOf(append(either, fmt.Sprintf("%s.exists(p, %s.startsWith(p))", list(below...), name))...)
}
