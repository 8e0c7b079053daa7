// Another project: it has nothing of mapid but the module. The tests of mapidtest run it from a copy; by hand it is
// go test -mod=mod ./...
module example.com/another

go 1.26.0

require github.com/mapid/mapid v0.0.0

replace github.com/mapid/mapid => ../..
