return await Bookmine.SyncServer.ServerProgram.RunAsync(args);
