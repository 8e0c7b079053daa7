module github.com/mapid/mapid

go 1.26
