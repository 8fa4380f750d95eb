return await Bookmine.SyncServer.ServerProgram.RunAsync(args, Bookmine.DotmimBridge.BridgeEndpoint.Map);
