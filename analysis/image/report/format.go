package report

import (
	"bytes"
	"errors"
	"strings"
)

// format is a form of documents that is read.
type format uint8

const (
	formatUnknown format = iota
	formatTrivy
	formatGrype
	formatSARIF
	formatCycloneDX
	formatOpenVEX
	formatCosign
	// formatList is an array of documents.
	formatList
)

var (
	errUnknown = errors.New("no report that is known: want Trivy JSON, Grype JSON, SARIF, CycloneDX, OpenVEX or the output of cosign verify, as JSON")
	errObject  = errors.New("an object of Kubernetes and no file of a scanner: reports of operators are read from the cluster, or from a capture")
	errCluster = errors.New("a report of trivy k8s, which tells no digests: scan the images")
	errOld     = errors.New("a report of Trivy before version 0.20, which tells no image")
)

// detect tells the form of a document by the keys that it begins with: values are not looked into but where a key alone does not tell.
func detect(data []byte) (format, error) {
	if data[0] == '[' {
		return detectList(data)
	}
	seen := map[string][]byte{}
	members(data, func(key string, value []byte) bool {
		switch key {
		case "bomFormat", "$schema", "version", "runs", "@context", "statements", "SchemaVersion", "ArtifactName", "ArtifactType", "Metadata",
			"Results", "matches", "source", "descriptor", "critical", "apiVersion", "kind", "ClusterName", "Target":
			seen[key] = value
		}
		return true
	})
	has := func(keys ...string) bool {
		for _, k := range keys {
			if _, ok := seen[k]; !ok {
				return false
			}
		}
		return true
	}
	switch {
	case strings.EqualFold(text(seen["bomFormat"]), "CycloneDX"):
		return formatCycloneDX, nil
	case has("runs"):
		return formatSARIF, nil
	case strings.Contains(text(seen["@context"]), "openvex"):
		return formatOpenVEX, nil
	case has("apiVersion", "kind"):
		return formatUnknown, errObject
	case has("ClusterName"):
		return formatUnknown, errCluster
	case has("SchemaVersion"), has("ArtifactName"), has("Metadata", "Results"):
		return formatTrivy, nil
	case has("matches", "source"), has("matches", "descriptor"), has("source", "descriptor"):
		return formatGrype, nil
	case has("critical"):
		return formatCosign, nil
	case has("Target"):
		return formatUnknown, errOld
	}
	return formatUnknown, errUnknown
}

// detectList tells what is in an array by its first element: the output of cosign is one array for an image.
func detectList(data []byte) (format, error) {
	at := skipSpace(data, 1)
	if at >= len(data) || data[at] != '{' {
		return formatUnknown, errUnknown
	}
	end, err := documentEnd(data, at)
	if err != nil {
		return formatUnknown, err
	}
	f, err := detect(data[at:end])
	switch {
	case errors.Is(err, errOld):
		return f, err
	case f == formatCosign:
		return f, nil
	}
	return formatList, nil
}

// text is the string that a value is, or begins with where it is an array of strings; escapes stand as they are written.
func text(value []byte) string {
	value = bytes.TrimLeft(value, "[ \n\r\t")
	if len(value) == 0 || value[0] != '"' {
		return ""
	}
	end, err := stringEnd(value, 0)
	if err != nil {
		return ""
	}
	return string(value[1 : end-1])
}
